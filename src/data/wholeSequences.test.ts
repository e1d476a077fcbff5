import { expect, it } from 'vitest';
import { memorySource } from '../../test/fixtures/byteStreams';
import { loadDataset } from './loadDataset';
import { trainingItemsOf } from './wholeSequences';

const load = (domains: readonly string[]) =>
  loadDataset(
    memorySource({
      'items.jsonl.gz': domains.map((domain, id) => JSON.stringify({ id, title: `item ${id}`, domain })).join('\n'),
      'sequences.jsonl.gz': JSON.stringify({ user: 1, items: [0, 1, 2, 3] }),
    }),
  );

it('trains on what users had before the targets, and on the whole of a domain that nobody used', async () => {
  expect([...trainingItemsOf(await load(['a', 'a', 'a', 'a', 'a', 'b', 'b']))]).toEqual([0, 1, 5, 6]);
});

it('keeps targets apart where domains share no users but have some', async () => {
  expect([...trainingItemsOf(await load(['a', 'b', 'b', 'a', 'a', 'b']))]).toEqual([0, 1]);
});
