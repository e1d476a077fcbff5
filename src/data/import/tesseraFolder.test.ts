import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gzipOf, realDataFolder } from '../../../test/fixtures/byteStreams';
import { folderSources, MemorySink, never } from '../../../test/fixtures/importSources';
import { memoryByteSource } from './byteSources';
import { importCandidate, recognise } from './recognise';
import type { ByteSource } from './sink';

async function importAll(sources: readonly ByteSource[]) {
  const { candidates, unrecognised } = await recognise(sources);
  const sink = new MemorySink();
  for (const candidate of candidates) await importCandidate(candidate, sink, {}, never);
  return { candidates, unrecognised, sink };
}

const ITEMS = ['{"id":0,"title":"Lamp.","brand":"Acme","categories":["Home"]}', '{"id":"b","title":"Shade"}'].join(
  '\n',
);

describe('data folders', () => {
  it('reads items, sequences, codes and a picture pack', async () => {
    const jpeg = (tail: number) => Uint8Array.of(0xff, 0xd8, 0xff, tail);
    const { candidates, sink } = await importAll([
      memoryByteSource('shop/posters.json', '{"format":"image/jpeg","bytes":8,"index":{"b":[4,4],"0":[0,4]}}'),
      memoryByteSource('shop/posters.bin', Uint8Array.of(...jpeg(1), ...jpeg(2))),
      memoryByteSource('shop/sequences.jsonl', '{"user":7,"items":[0,"b",0],"timestamps":[1,2,2]}\n'),
      memoryByteSource('shop/items.jsonl.gz', await gzipOf(ITEMS)),
      memoryByteSource('shop/codes-rq.jsonl', '{"id":0,"tokens":["<a_12>","<b_3>"]}\n'),
    ]);
    expect(candidates).toMatchObject([{ format: 'tessera', domainName: 'shop', confidence: 1, isAddition: false }]);
    expect(candidates[0]?.label).toBe('Data folder: items and sequences, pictures, item codes');
    expect(sink.rejected).toEqual([]);
    expect(sink.items.get('0')).toMatchObject({ title: 'Lamp.', text: 'Lamp. Acme. Home', brand: 'Acme' });
    expect(sink.sequences).toEqual([{ user: '7', items: ['0', 'b', '0'], times: [1, 2, 2] }]);
    expect(sink.codesOf.get('rq')?.get('0')).toEqual([12, 3]);
    expect([...sink.images].map(([id, { bytes }]) => [id, bytes[3]])).toEqual([
      ['0', 1],
      ['b', 2],
    ]);
    expect(sink.progressSeen.at(-1)?.read).toBe(sink.progressSeen.at(-1)?.total);
  });

  it('lists bad rows with file, line, column and content and keeps the others', async () => {
    const lines = ['{"id":1,"title":"a"}', '{"id":2,"title":5', '{"id":{},"title":"c"}', '', '{"id":4,"__proto__":{}}'];
    const { sink } = await importAll([memoryByteSource('items.jsonl', lines.join('\r\n'))]);
    expect([...sink.items.keys()]).toEqual(['1']);
    expect(sink.rejected.map(({ file, line, column }) => [file, line, column])).toEqual([
      ['items.jsonl', 2, 18],
      ['items.jsonl', 3, 2],
      ['items.jsonl', 5, 0],
    ]);
    expect(sink.rejected[1]).toMatchObject({
      content: '{"id":{},"title":"c"}',
      reason: 'field `id`: wanted an integer or a text of 1 to 256 characters, came an object; give every line its id',
    });
  });

  it('stops with a typed error when the pictures end too early', async () => {
    const sources = [
      memoryByteSource('items.jsonl', ITEMS),
      memoryByteSource('images.json', '{"format":"image/jpeg","index":{"0":[0,40]}}'),
      memoryByteSource('images.bin', Uint8Array.of(0xff, 0xd8, 0xff, 1)),
    ];
    await expect(importAll(sources)).rejects.toMatchObject({ code: 'images/short' });
  });

  it('ends at once when asked to stop', async () => {
    const { candidates } = await recognise([memoryByteSource('items.jsonl', ITEMS)]);
    const stop = AbortSignal.abort();
    for (const candidate of candidates) {
      await expect(importCandidate(candidate, new MemorySink(), {}, stop)).rejects.toMatchObject({
        code: 'import/cancelled',
      });
    }
  });
});

const root = realDataFolder();
describe.skipIf(root === null)('the real data folders', () => {
  const folders = root === null ? [] : readdirSync(root).filter((name) => !name.includes('.'));
  it.each(folders)('%s has the counts of its stats.json', async (folder) => {
    const { candidates, unrecognised, sink } = await importAll(folderSources(root ?? '', folder));
    const stats = JSON.parse(readFileSync(join(root ?? '', folder, 'stats.json'), 'utf8'));
    const { users, items, interactions } = stats;
    expect(sink.counts()).toEqual({ users, items, interactions });
    expect(sink.rejected).toEqual([]);
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({ domainName: folder, published: { users, items, interactions } });
    expect(unrecognised.map(({ name }) => name)).toEqual([`${folder}/README.md`]);
    if (stats.items_with_image !== undefined) expect(sink.images.size).toBe(stats.items_with_image);
  });
});
