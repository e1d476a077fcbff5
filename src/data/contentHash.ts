import type { SequenceTable } from '../base/sequenceTable';
import { Sha256 } from '../base/sha256';
import type { ImageIndex, ItemColumns } from './dataset';
import { imageIndexSummary } from './imageIndex';

/** Version of the normal form below; part of the hash, so a change of form never passes for a change of data. */
const NORMAL_FORM = 'tessera-dataset-1';

/**
 * SHA-256 over the content as loaded: a header line, one JSON array an item, one an user, the image index. Compression, field
 * order, white space and ignored fields of the files do not matter; the order of items and of users does, since indices follow it.
 */
export function contentHash(
  items: ItemColumns,
  users: readonly string[],
  sequences: SequenceTable,
  images: ImageIndex | null,
): string {
  const hash = new Sha256();
  const encoder = new TextEncoder();
  const addLine = (value: unknown): void => {
    hash.update(encoder.encode(`${JSON.stringify(value)}\n`));
  };
  addLine([NORMAL_FORM, items.ids.length, users.length]);
  items.ids.forEach((id, i) => {
    const domain = items.domainNames[items.domainOfItem?.[i] ?? 0] ?? '';
    const text = [items.titles[i], items.brands[i], items.categories[i], items.descriptions[i], items.keywords[i]];
    addLine([id, ...text, domain]);
  });
  users.forEach((user, u) => {
    addLine([user, Array.from(sequences.items.subarray(sequences.offsets[u], sequences.offsets[u + 1]))]);
  });
  addLine(imageIndexSummary(images));
  return hash.digestHex();
}
