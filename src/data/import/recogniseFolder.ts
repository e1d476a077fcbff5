import { FormatError } from '../../base/errors';
import { type JsonObject, parseJsonObject } from '../../formats/strictJson';
import type { Candidate, ImportPart } from './candidate';
import { byFolder, folderName, type Sniffed, sniffedObjects } from './sniff';

/** Data folders of the workbench's own layout, one candidate a folder. */
export function recogniseTesseraFolders(inputs: readonly Sniffed[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const [folder, files] of byFolder(inputs)) {
    const items = files.find((file) => file.plainName === 'items.jsonl' && looksLikeItems(file));
    if (items === undefined) continue;
    const parts = [items, ...files.filter((file) => file !== items)].flatMap((file) => partOf(file, files));
    const published = publishedCounts(files);
    candidates.push({
      format: 'tessera',
      label: labelOf(parts),
      confidence: 1,
      domainName: folderName(folder),
      parts,
      isAddition: false,
      ...(published === null ? {} : { published }),
    });
  }
  return candidates;
}

function looksLikeItems(file: Sniffed): boolean {
  const [first] = sniffedObjects(file, 1);
  return first !== undefined && first.id !== undefined && first.title !== undefined;
}

function partOf(file: Sniffed, files: readonly Sniffed[]): ImportPart[] {
  const { plainName, source } = file;
  if (plainName === 'items.jsonl') return [{ role: 'items', source }];
  if (plainName === 'sequences.jsonl') return [{ role: 'sequences', source }];
  if (/^codes-.+\.jsonl$/.test(plainName)) return [{ role: 'codes', source }];
  if (plainName === 'stats.json') return [{ role: 'stats', source }];
  const hasTwin = (extension: string): boolean =>
    files.some((other) => other.plainName === plainName.replace(/\.(bin|json)$/, extension));
  if (plainName.endsWith('.bin') && hasTwin('.json')) return [{ role: 'imagePack', source }];
  if (plainName.endsWith('.json') && hasTwin('.bin')) return [{ role: 'imageIndex', source }];
  return [];
}

function labelOf(parts: readonly ImportPart[]): string {
  const has = (role: string): boolean => parts.some((part) => part.role === role);
  const kinds = [has('sequences') ? 'items and sequences' : 'items'];
  if (has('imageIndex')) kinds.push('pictures');
  if (has('codes')) kinds.push('item codes');
  return `Data folder: ${kinds.join(', ')}`;
}

/** Counts of `stats.json`, if all three are there. */
function publishedCounts(files: readonly Sniffed[]): NonNullable<Candidate['published']> | null {
  const file = files.find((other) => other.plainName === 'stats.json');
  if (file === undefined || !file.isWhole) return null;
  let stats: JsonObject;
  try {
    stats = parseJsonObject(file.text, { file: file.source.name });
  } catch (error) {
    // Counts to compare with are a courtesy; a broken file of them stops nothing.
    if (!(error instanceof FormatError)) throw error;
    return null;
  }
  const { users, items, interactions } = stats;
  const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);
  return isCount(users) && isCount(items) && isCount(interactions) ? { users, items, interactions } : null;
}
