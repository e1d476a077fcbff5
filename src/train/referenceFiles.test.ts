import { describe, expect, it } from 'vitest';
import { tinyRun } from '../../test/fixtures/tinyRun';
import { sequenceTable } from '../base/sequenceTable';
import type { Dataset } from '../data/dataset';
import { semanticIdsFile, sequenceFiles } from './referenceFiles';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe('files of the reference layout', () => {
  it('give every raw item id its digits, conflict digit last and from 1', async () => {
    const { identifiers, itemIds } = await tinyRun();
    const ids = (itemIds ?? []).map((id) => (id === 'item-4' ? '12' : id));
    const file = text(semanticIdsFile(ids, identifiers));
    const codes = JSON.parse(file) as Record<string, number[]>;
    expect(Object.keys(codes)).toHaveLength(30);
    expect(codes['12']).toEqual([...identifiers.digits.subarray(12, 15)]);
    expect(Math.min(...Object.values(codes).map((row) => row[2] ?? 0))).toBe(1);
    // In the file the items keep their order, also those whose id is a number.
    expect([...file.matchAll(/"([^"]+)": \[/g)].map((match) => match[1])).toEqual(ids);
  });

  it('give users, histories and a mapping that counts from 1', () => {
    const dataset = {
      items: { ids: ['9', 'B"1', '3'] },
      users: ['u7', '2'],
      sequences: sequenceTable([
        [2, 0, 1],
        [1, 1],
      ]),
    } as unknown as Dataset;
    const files = sequenceFiles(dataset);
    expect(JSON.parse(text(files.get('all_item_seqs.json')))).toEqual({ u7: ['3', '9', 'B"1'], '2': ['B"1', 'B"1'] });
    expect(JSON.parse(text(files.get('id_mapping.json')))).toEqual({
      user2id: { '[PAD]': 0, u7: 1, '2': 2 },
      id2user: ['[PAD]', 'u7', '2'],
      item2id: { '[PAD]': 0, '9': 1, 'B"1': 2, '3': 3 },
      id2item: ['[PAD]', '9', 'B"1', '3'],
    });
  });
});
