import { describe, expect, it } from 'vitest';
import { memorySource } from '../../test/fixtures/byteStreams';
import { imageBytes } from './imageIndex';
import { loadDataset } from './loadDataset';
import { restrictToDomains } from './restrict';

const ITEMS = ['a', 'b', 'a', 'c', 'b', 'a']
  .map((domain, id) => JSON.stringify({ id, title: `item ${id}`, domain, keywords: [`k${id}`] }))
  .join('\n');
const USERS = [
  { user: 1, items: [0, 1, 2, 3, 5, 0] },
  { user: 2, items: [1, 0, 4, 2, 1] },
  { user: 3, items: [3, 1, 4] },
]
  .map((user) => JSON.stringify(user))
  .join('\n');
const images = { format: 'webp', width: 1, height: 1, bytes: 4, index: { 0: [0, 1], 2: [1, 1], 4: [2, 2] } };

const load = () =>
  loadDataset(
    memorySource({
      'items.jsonl.gz': ITEMS,
      'sequences.jsonl.gz': USERS,
      'images.json': JSON.stringify(images),
      'images.bin': Uint8Array.of(1, 2, 3, 4),
    }),
  );

describe('restrictToDomains', () => {
  it('keeps items, events and pictures of the domains, with new indices', async () => {
    const whole = await load();
    const part = restrictToDomains(whole, ['a']);
    expect(part.items.ids).toEqual(['0', '2', '5']);
    expect(part.items.keywords).toEqual([['k0'], ['k2'], ['k5']]);
    expect(part.users).toEqual(['1']);
    expect([...part.sequences.items]).toEqual([0, 1, 2, 0]);
    expect([...part.sequences.offsets]).toEqual([0, 4]);
    expect(part.report).toMatchObject({ shortUsers: 1, repeatedEvents: 1, itemsWithoutEvents: 0, userLines: 2 });
    const held = part.images;
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(held && [0, 1, 2].map((item) => [...(imageBytes(held, bytes, item) ?? [])])).toEqual([[1], [2], []]);
    expect(part.contentHash).not.toBe(whole.contentHash);
    expect(part.contentHash).toBe(restrictToDomains(await load(), ['a']).contentHash);
  });

  it('mixes several domains in the order of events', async () => {
    const part = restrictToDomains(await load(), ['b', 'a']);
    expect(part.users).toEqual(['1', '2']);
    expect([...part.sequences.items]).toEqual([0, 1, 2, 4, 0, 1, 0, 3, 2, 1]);
  });

  it('refuses domains that are not there', async () => {
    const whole = await load();
    expect(() => restrictToDomains(whole, ['a', 'z'])).toThrow(/"z".*a, b, c/);
    expect(() => restrictToDomains(whole, [])).toThrow(expect.objectContaining({ code: 'data/domain' }));
  });
});
