import { FormatError } from '../../base/errors';
import { splitPath } from './byteSources';
import type { Candidate, ImportPart } from './candidate';
import type { TableSketch } from './columns';
import { isEventTable, isItemTable, tableSignature } from './sketch';
import { byFolder, folderName, type Sniffed } from './sniff';
import { sketchTable } from './tables';

interface Table {
  readonly input: Sniffed;
  readonly sketch: TableSketch;
}

const TABLE_NAME = /\.(csv|tsv|txt|dat|jsonl|ndjson|json|parquet|inter|item|user)$/;

/**
 * Tables of unknown make: those of a folder with the same columns are parts of one, and a table of items goes with the table of
 * events beside it. A person should confirm the mapping of the first.
 */
export async function recogniseTables(inputs: readonly Sniffed[]): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const [folder, files] of byFolder(inputs)) {
    const tables: Table[] = [];
    for (const input of files) {
      const sketch = TABLE_NAME.test(input.plainName) ? await tryToSketch(input) : null;
      if (sketch !== null) tables.push({ input, sketch });
    }
    const items = tables.filter(({ sketch }) => isItemTable(sketch));
    const groups = bySignature(tables.filter((table) => !items.includes(table)));
    const events = groups.filter(([first]) => first !== undefined && isEventTable(first.sketch));
    const [only] = events;
    if (events.length === 1 && only !== undefined) candidates.push(candidateOf(folder, only, items));
    else for (const group of [...events, ...bySignature(items)]) candidates.push(candidateOf(folder, group, []));
    for (const group of groups) if (!events.includes(group)) candidates.push(candidateOf(folder, group, []));
  }
  return candidates.filter((candidate) => candidate.parts.length > 0);
}

/** A file that breaks already at its beginning is no table to offer. */
async function tryToSketch(input: Sniffed): Promise<TableSketch | null> {
  try {
    return await sketchTable(input);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return null;
  }
}

function bySignature(tables: readonly Table[]): Table[][] {
  const groups = new Map<string, Table[]>();
  for (const table of tables) {
    const signature = tableSignature(table.sketch);
    groups.set(signature, [...(groups.get(signature) ?? []), table]);
  }
  return [...groups.values()];
}

function candidateOf(folder: string, tables: readonly Table[], items: readonly Table[]): Candidate {
  const [first] = tables;
  const parts: ImportPart[] = [
    ...items.map(({ input }) => ({ role: 'items', source: input.source })),
    ...tables.map(({ input }) => ({ role: 'table', source: input.source })),
  ];
  const sketch = first?.sketch;
  const isSure = sketch !== undefined && (isEventTable(sketch) || isItemTable(sketch));
  const kind = { csv: sketch?.delimiter === '\t' ? 'TSV' : 'CSV', jsonl: 'JSON lines', parquet: 'Parquet' }[
    sketch?.kind ?? 'csv'
  ];
  const stem = splitPath(first?.input.source.name ?? '')
    .file.replace(/(\.gz|\.\w+)$/i, '')
    .replace(/\.\w+$/, '');
  return {
    format: 'table',
    label: `${kind} table${items.length > 0 ? ' of events, with a table of items' : ''}`,
    confidence: isSure ? 0.6 : 0.3,
    domainName: folderName(folder) || stem,
    parts,
    isAddition: sketch !== undefined && isItemTable(sketch),
    ...(sketch === undefined ? {} : { needsMapping: sketch }),
  };
}
