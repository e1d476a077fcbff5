/**
 * Results in the file layout of the UTGRec and MTGRec repositories (mtgrec.md §1.1): codes as `.sem_ids`, users and
 * items as `all_item_seqs.json` and `id_mapping.json`. Objects are written key by key, because a JavaScript object would
 * move keys such as "12" to the front, and users stay in file order.
 */
import type { Dataset } from '../data/dataset';
import type { Identifiers } from './identifiers';

/** Index 0 of every mapping. */
const PADDING = '[PAD]';

const encoder = new TextEncoder();
const objectText = (keys: readonly string[], value: (at: number) => string): string =>
  `{\n${keys.map((key, at) => `${JSON.stringify(key)}: ${value(at)}`).join(',\n')}\n}\n`;

/** Raw item id → its digits as the tokenizer left them: codes from 0, then the conflict digit from 1. */
export function semanticIdsFile(ids: readonly string[], identifiers: Identifiers): Uint8Array<ArrayBuffer> {
  const digits = identifiers.levels + 1;
  const row = (item: number): string =>
    `[${identifiers.digits.subarray(item * digits, (item + 1) * digits).join(', ')}]`;
  return encoder.encode(objectText(ids, row));
}

/** Both files by name; the mapping counts users and items from 1 in the data set's order. */
export function sequenceFiles(dataset: Pick<Dataset, 'items' | 'users' | 'sequences'>): Map<string, Uint8Array> {
  const { items, users, sequences } = dataset;
  const idOf = items.ids.map((id) => JSON.stringify(id));
  const history = (user: number): string =>
    `[${Array.from(
      sequences.items.subarray(sequences.offsets[user], sequences.offsets[user + 1]),
      (item) => idOf[item],
    ).join(', ')}]`;
  const mapping = ['user', 'item'].flatMap((kind) => {
    const ids = [PADDING, ...(kind === 'user' ? users : items.ids)];
    return [
      `"${kind}2id": ${objectText(ids, String).trimEnd()}`,
      `"id2${kind}": [${ids.map((id) => JSON.stringify(id)).join(', ')}]`,
    ];
  });
  return new Map([
    ['all_item_seqs.json', encoder.encode(objectText(users, history))],
    ['id_mapping.json', encoder.encode(`{\n${mapping.join(',\n')}\n}\n`)],
  ]);
}
