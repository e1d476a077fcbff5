import type { Candidate, ImportPart } from './candidate';
import { isPictureName } from './imageFiles';
import { byFolder, folderName, type Sniffed } from './sniff';

/** Which file of the reference layout plays which part. */
function roleOf(file: Sniffed): string | null {
  const { plainName } = file;
  if (/all_item_seqs\.json$/.test(plainName)) return 'sequences';
  if (/id_mapping\.json$/.test(plainName)) return 'mapping';
  if (/metadata\.sentence\.json$/.test(plainName)) return 'metadata';
  if (/\.sem_ids(\.json)?$/.test(plainName)) return 'semanticIds';
  // A size is needed to know the width, so no packed ones.
  if (/\.sent_emb$/.test(file.file.toLowerCase())) return 'rawVectors';
  return null;
}

const CORE = new Set(['sequences', 'mapping', 'metadata']);

/**
 * Folders of the reference layout: at least one of the three JSON files. Pictures come from `Images/` below; codes and vectors
 * may lie in folders below, as MTGRec keeps them in `rqvae/`.
 */
export function recogniseReferenceLayout(inputs: readonly Sniffed[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const [folder, files] of byFolder(inputs)) {
    const core = files.filter((file) => CORE.has(roleOf(file) ?? '') && file.text.trimStart().startsWith('{'));
    if (core.length === 0) continue;
    const below = folder === '' ? inputs : inputs.filter((file) => file.folder.startsWith(`${folder}/`));
    const parts: ImportPart[] = [];
    for (const file of new Set([...files, ...below])) {
      const role = roleOf(file);
      const isImage = isPictureName(file.file) && /(^|\/)images?$/i.test(file.folder);
      if (role !== null && (!CORE.has(role) || core.includes(file))) parts.push({ role, source: file.source });
      else if (isImage) parts.push({ role: 'image', source: file.source });
    }
    candidates.push({
      format: 'reference',
      label: labelOf(parts),
      confidence: 1,
      domainName: folderName(folder),
      parts,
      isAddition: !parts.some(({ role }) => role === 'sequences'),
    });
  }
  return candidates;
}

function labelOf(parts: readonly ImportPart[]): string {
  const count = (role: string): number => parts.filter((part) => part.role === role).length;
  const kinds: string[] = [];
  if (count('sequences') > 0) kinds.push('sequences');
  if (count('metadata') > 0) kinds.push('item texts');
  if (count('image') > 0) kinds.push(`${count('image')} pictures`);
  if (count('semanticIds') > 0) kinds.push('item codes');
  if (count('rawVectors') > 0) kinds.push('text vectors');
  return `Layout of the UTGRec and MTGRec repositories: ${kinds.join(', ') || 'id mapping'}`;
}

/** Codes, vectors and pictures that belong to a domain which is imported already. */
export function recogniseAdditions(inputs: readonly Sniffed[]): Candidate[] {
  const candidates: Candidate[] = [];
  const addition = { confidence: 0.8, isAddition: true };
  for (const [folder, files] of byFolder(inputs)) {
    const domainName = folderName(folder);
    const codes = files.filter((file) => roleOf(file) === 'semanticIds');
    if (codes.length > 0) {
      const parts = codes.map(({ source }) => ({ role: 'semanticIds', source }));
      candidates.push({ ...addition, format: 'codes', label: 'Item codes (semantic IDs)', domainName, parts });
    }
    const vectors = files.flatMap((file) => vectorPart(file));
    if (vectors.some(({ role }) => role !== 'ids')) {
      candidates.push({ ...addition, format: 'vectors', label: 'Item vectors', domainName, parts: vectors });
    }
    const pictures = files.filter((file) => isPictureName(file.file));
    if (pictures.length > 0) {
      const parts = pictures.map(({ source }) => ({ role: 'image', source }));
      const label = `${parts.length} pictures named by item`;
      candidates.push({ ...addition, format: 'images', label, domainName, parts });
    }
  }
  return candidates;
}

function vectorPart(file: Sniffed): ImportPart[] {
  const { plainName, source } = file;
  if (plainName.endsWith('.npy')) return [{ role: 'npy', source }];
  if (plainName.endsWith('.safetensors')) return [{ role: 'safetensors', source }];
  if (roleOf(file) === 'rawVectors') return [{ role: 'rawVectors', source }];
  if (/\bids\.(txt|json)$|\.ids$/.test(plainName)) return [{ role: 'ids', source }];
  return [];
}
