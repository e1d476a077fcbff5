/** What the page is told of a candidate; and the column choices it remembers for tables with the same columns. */
import { sha256Hex } from '../base/sha256';
import type { Candidate } from '../data/import/candidate';
import type { ColumnMapping, TableSketch } from '../data/import/columns';
import { readSetting, writeSetting } from '../storage/settings';
import type { CandidateView } from './protocol/data';

export async function candidateView(candidate: Candidate, index: number): Promise<CandidateView> {
  const { format, label, confidence, domainName, isAddition, needsMapping } = candidate;
  const parts = candidate.parts.map(({ role, source: { name, sizeBytes } }) => ({
    name,
    role,
    sizeBytes: Number.isNaN(sizeBytes) ? null : sizeBytes,
  }));
  const total = parts.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? Number.NaN), 0);
  const remembered = needsMapping ? await readSetting<ColumnMapping>(await keyOf(needsMapping)) : null;
  return {
    index,
    format,
    label,
    confidence,
    domainName,
    isAddition,
    parts,
    sizeBytes: Number.isNaN(total) ? null : total,
    mapping: needsMapping
      ? {
          file: parts[0]?.name ?? '',
          sketch: needsMapping,
          guess: remembered ?? needsMapping.guess,
          isRemembered: remembered !== null,
        }
      : null,
  };
}

/** Remembers the user's choice for the next table with the same columns. */
export async function keepMapping({ needsMapping }: Candidate, mapping: ColumnMapping): Promise<void> {
  if (needsMapping) await writeSetting(await keyOf(needsMapping), mapping);
}

/** Column names are foreign text: they become a hash, never a key. */
async function keyOf({ columns }: TableSketch): Promise<string> {
  const names = new TextEncoder().encode(JSON.stringify(columns.map(({ name }) => name)));
  return `columns/${await sha256Hex(names)}`;
}
