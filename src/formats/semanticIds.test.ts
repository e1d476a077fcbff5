import { describe, expect, it } from 'vitest';
import { folderSource, gzipOf, realDataFolder, streamOf } from '../../test/fixtures/byteStreams';
import { readSemanticIds } from './semanticIds';

const read = (text: string) => readSemanticIds(streamOf(text), { file: 'codes.jsonl' });

describe('readSemanticIds', () => {
  it('gives codes by level, packed or not', async () => {
    const text = '{"id":4,"tokens":["<a_12>","<b_0>"]}\n{"id":2,"tokens":["<a_3>","<b_255>"]}\n';
    const packed = await readSemanticIds(streamOf(await gzipOf(text)), { file: 'codes.jsonl.gz' });
    expect(packed).toEqual(await read(text));
    expect(packed).toMatchObject({ ids: ['4', '2'], levelCount: 2, entryCounts: [13, 256] });
    expect([...packed.codes]).toEqual([12, 0, 3, 255]);
  });

  it.each([
    ['', 'codes/none'],
    ['{"id":1,"tokens":[]}', 'codes/tokens'],
    ['{"id":1,"tokens":["<b_1>"]}', 'codes/tokens'],
    ['{"id":1,"tokens":["<a_70000>"]}', 'codes/tokens'],
    ['{"id":1,"tokens":["a_1"]}', 'codes/tokens'],
    ['{"id":1}', 'codes/tokens'],
    ['{"id":1,"tokens":["<a_1>"]}\n{"id":"1","tokens":["<a_1>"]}', 'codes/duplicate'],
    ['{"id":1,"tokens":["<a_1>"]}\n{"id":2,"tokens":["<a_1>","<b_1>"]}', 'codes/levels'],
  ])('refuses %j as %s', async (text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code });
  });

  // The published codes are not part of the repository; without TESSERA_DATA or ../shared/data there is nothing to read.
  const folder = realDataFolder();
  it.skipIf(folder === null)('reads the published codes of amazon18-scientific', async () => {
    if (folder === null) return;
    for (const name of ['letter', 'rqvae', 'rkmeans']) {
      const file = `codes-${name}.jsonl.gz`;
      const stream = await folderSource(folder, 'amazon18-scientific').open(file);
      if (stream === null) throw new Error(`${file} is missing`);
      const { ids, levelCount, codes, entryCounts } = await readSemanticIds(stream, { file });
      expect([ids.length, codes.length]).toEqual([4344, 4344 * levelCount]);
      expect(Math.max(...entryCounts)).toBeLessThanOrEqual(256);
    }
  });
});
