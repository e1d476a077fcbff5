import { describe, expect, it } from 'vitest';
import laptop from '../../models/mtgrec/laptop.json';
import { streamOf } from '../../test/fixtures/byteStreams';
import type { Dataset } from '../data/dataset';
import { readSemanticIdObject } from '../formats/semanticIds';
import { checkRunConfig } from './config';
import { type CodeFile, importTokenizers } from './importedTokenizers';
import { semanticIdsFile } from './referenceFiles';
import { memorySink } from './runSink';
import { openDrift, openIdentifiers, openTokenizers } from './tokenizerJob';

const IDS = ['b7', 'a1', '12', 'x'];
const dataset = { itemCount: IDS.length, items: { ids: IDS }, contentHash: 'four items' } as unknown as Dataset;
const config = checkRunConfig(
  {
    ...laptop,
    tokenizer: { ...laptop.tokenizer, levels: 2, codes: 16, epochs: 20, keep: 2 },
    multiIdentifier: {
      ...laptop.multiIdentifier,
      fineTuning: { ...laptop.multiIdentifier.fineTuning, identifiers: [1] },
    },
  },
  'test',
);
const single = checkRunConfig(
  { ...config, tokenizer: { ...config.tokenizer, keep: undefined }, multiIdentifier: undefined },
  'test',
);

const file = async (name: string, codes: Readonly<Record<string, readonly number[]>>): Promise<CodeFile> => ({
  name,
  table: await readSemanticIdObject(streamOf(JSON.stringify(codes)), { file: name }),
});
const first = { a1: [3, 4, 1], x: [3, 4, 2], b7: [0, 15, 1], 12: [5, 5, 1] };
const second = { ...first, x: [3, 9, 1] };
const both = async () => [await file('t_20.sem_ids', second), await file('t_19.sem_ids', first)];
const run = (sink = memorySink(), of = config) => ({ config: of, dataset, sink });

describe('tokenizers from .sem_ids files', () => {
  it('are the run’s own: by epoch, in item order, conflict digits counted again', async () => {
    const stored = run();
    await importTokenizers(stored, await both());
    const [older, newer] = (await openTokenizers(stored)) ?? [];
    // Of the items that share their codes, the earlier one in the data set counts first.
    expect([...(older?.digits ?? [])]).toEqual([0, 15, 1, 3, 4, 1, 5, 5, 1, 3, 4, 2]);
    expect([...(newer?.digits ?? [])]).toEqual([0, 15, 1, 3, 4, 1, 5, 5, 1, 3, 9, 1]);
    expect((await openDrift(stored)).map(({ changedShare }) => changedShare)).toEqual([null, 0.25]);
    // Once more is no conflict.
    await importTokenizers(stored, await both());
  });

  it('come back from what was exported, without epochs in their names too, and alone', async () => {
    const stored = run(memorySink(), single);
    await importTokenizers(stored, [await file('codes.sem_ids', first)]);
    const identifiers = await openIdentifiers(stored);
    if (!identifiers) throw new Error('no identifiers');
    const text = new TextDecoder().decode(semanticIdsFile(IDS, identifiers));
    const again = run(memorySink(), single);
    await importTokenizers(again, [
      { name: 'again.sem_ids', table: await readSemanticIdObject(streamOf(text), { file: 'again.sem_ids' }) },
    ]);
    expect((await openIdentifiers(again))?.hash).toBe(identifiers.hash);
  });

  it.each<[string, string, () => Promise<CodeFile[]>]>([
    ['identifiers/count', 'wanted 2 files', async () => [await file('t_20.sem_ids', first)]],
    [
      'mtgrec/missing-epoch',
      'epoch 19',
      async () => [await file('t_20.sem_ids', first), await file('t_18.sem_ids', first)],
    ],
    [
      'mtgrec/item-sets',
      't_19.sem_ids: has no codes of item "x"',
      async () => {
        const { x: _, ...fewer } = first;
        return [await file('t_20.sem_ids', first), await file('t_19.sem_ids', fewer)];
      },
    ],
    [
      'mtgrec/item-sets',
      '"y", which is no item',
      async () => [await file('t_20.sem_ids', { ...first, y: [1, 1, 1] }), await file('t_19.sem_ids', first)],
    ],
    [
      'identifiers/levels',
      'got 4 numbers',
      async () => {
        const wide = Object.fromEntries(IDS.map((id) => [id, [1, 2, 3, 1]]));
        return [await file('t_20.sem_ids', wide), await file('t_19.sem_ids', first)];
      },
    ],
    [
      'identifiers/code',
      'code 16 at level 1',
      async () => [await file('t_20.sem_ids', { ...first, x: [3, 16, 1] }), await file('t_19.sem_ids', first)],
    ],
    [
      'identifiers/counter',
      'it would be the user token',
      async () => [await file('t_20.sem_ids', { ...first, x: [3, 4, 256] }), await file('t_19.sem_ids', first)],
    ],
    [
      'identifiers/collision',
      '"a1" and "x"',
      async () => [await file('t_20.sem_ids', { ...first, x: [3, 4, 1] }), await file('t_19.sem_ids', first)],
    ],
  ])('are refused with %s: %s', async (code, message, files) => {
    const stored = run();
    await expect(importTokenizers(stored, await files())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(stored.sink.files.size).toBe(0);
  });

  it('do not replace another tokenizer', async () => {
    const stored = run();
    await importTokenizers(stored, await both());
    const others = [await file('t_20.sem_ids', first), await file('t_19.sem_ids', first)];
    await expect(importTokenizers(stored, others)).rejects.toMatchObject({ code: 'identifiers/taken' });
  });

  it.each([
    ['{"a":[1,2.5]}', 'codes/numbers'],
    ['{"a":"1,2"}', 'codes/numbers'],
    ['{"a":[]}', 'codes/numbers'],
    ['{"a":[70000]}', 'codes/numbers'],
    ['{"a":[1,2],"b":[1]}', 'codes/levels'],
    ['{}', 'codes/none'],
    ['[1]', 'json/object'],
    ['{"a":[1],"a":[2]}', 'codes/duplicate'],
  ])('cannot be read from %s: %s', async (text, code) => {
    await expect(readSemanticIdObject(streamOf(text), { file: 'c.sem_ids' })).rejects.toMatchObject({ code });
  });
});
