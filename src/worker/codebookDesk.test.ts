import { describe, expect, it } from 'vitest';
import preset from '../../models/t5/test.json' with { type: 'json' };
import { normalArray } from '../base/random';
import type { Dataset } from '../data/dataset';
import { pathTree } from '../evaluate/codePaths';
import { levelMargins } from '../evaluate/splitLevels';
import { appendConflictDigits } from '../quantize/conflict';
import { codebookName } from '../quantize/residualQuantise';
import { createMemoryRunStore } from '../storage/recordRunStore';
import type { RunStore } from '../storage/runStore';
import { encodeOnHost } from '../tokenizers/rqvae/hostEncoder';
import { writeCheckpoint } from '../train/checkpoint';
import { checkRunConfig } from '../train/config';
import { embeddingsOrigin } from '../train/itemVectors';
import { tokenizerOrigin } from '../train/tokenizerJob';
import { identifiersHash } from '../train/utgrecIdentifiers';
import { shop, tinyUtgrec } from '../train/utgrecRun.fixture';
import { tokenizerParts } from '../train/utgrecTokenizerFile';
import { CodebookDesk, type CodebookSource } from './codebookDesk';
import type { CodebooksRequest, CollisionBucketReply } from './protocol/codebooks';
import type { ItemCard } from './protocol/items';
import { storeSink } from './storeSink';
import { CURRENT_RUN } from './workspace';

const LEVELS = 2;
const ENTRIES = 3;
const ITEMS = 12;
const WIDTH = 4;

const dataset = {
  name: 'two shops',
  itemCount: ITEMS,
  userCount: 1,
  interactionCount: 5,
  contentHash: 'two-shops',
  sequences: { items: Uint32Array.of(0, 1, 0, 11, 0), offsets: Uint32Array.of(0, 5) },
  items: {
    ids: Array.from({ length: ITEMS }, (_, item) => `id${item}`),
    titles: Array.from({ length: ITEMS }, (_, item) => `title ${item}`),
    domainOfItem: Uint8Array.from({ length: ITEMS }, (_, item) => item % 2),
    domainNames: ['north', 'south'],
  },
} as unknown as Dataset;
const config = checkRunConfig(
  {
    ...preset,
    encoder: { ...preset.encoder, components: WIDTH },
    tokenizer: {
      ...preset.tokenizer,
      hiddenWidths: [5],
      latentWidth: 2,
      levels: LEVELS,
      codes: ENTRIES,
      epochs: 4,
      batchSize: ITEMS,
    },
  },
  'test',
);
const vectors = normalArray(ITEMS * WIDTH, 1);
const parameters = new Map<string, Float32Array>([
  ['encoder.0.weight', normalArray(WIDTH * 5, 2)],
  ['encoder.0.bias', normalArray(5, 3)],
  ['encoder.1.weight', normalArray(5 * 2, 4)],
  ['encoder.1.bias', normalArray(2, 5)],
  [codebookName(0), normalArray(ENTRIES * 2, 6)],
  [codebookName(1), normalArray(ENTRIES * 2, 7, 0.3)],
]);
const books = [0, 1].map((level) => parameters.get(codebookName(level)) ?? new Float32Array());
const latents = encodeOnHost(parameters, { inputDim: WIDTH, hidden: [5], latentDim: 2 }, vectors);
const margins = Array.from({ length: ITEMS }, (_, item) => levelMargins(latents.slice(item * 2, item * 2 + 2), books));
const codes = Uint16Array.from(margins.flatMap((levels) => levels.map(({ code }) => code)));

const card = async (item: number): Promise<ItemCard> => ({
  item,
  id: `id${item}`,
  title: `title ${item}`,
  detail: '',
  domain: null,
  image: null,
  codes: null,
});
const sourceOf = (store: RunStore): CodebookSource => ({ store, config, dataset, card });

const start = (store: RunStore, run: object, data: { readonly contentHash: string }): Promise<void> =>
  store.createRun({
    id: CURRENT_RUN,
    name: 'run',
    config: JSON.stringify(run),
    dataHash: data.contentHash,
    status: 'created',
    createdAtMs: 1,
  });

async function trained({ isDone = true } = {}): Promise<RunStore> {
  const store = createMemoryRunStore();
  await start(store, config, dataset);
  const sink = storeSink(store, CURRENT_RUN, () => 1);
  const file = (
    origin: Parameters<typeof writeCheckpoint>[0],
    arrays: ReadonlyMap<string, Float32Array | Uint16Array>,
  ) => writeCheckpoint(origin, arrays, { epoch: isDone ? 4 : 1 });
  await sink.saveCheckpoint(
    'embeddings',
    file({ ...embeddingsOrigin(config, dataset.contentHash), adapter: '' }, new Map([['vectors/whitened', vectors]])),
  );
  const arrays = new Map<string, Float32Array | Uint16Array>(
    [...parameters].map(([name, values]) => [`parameters/${name}`, values]),
  );
  if (isDone) arrays.set('identifiers', appendConflictDigits(codes, LEVELS, 255, 1));
  await sink.saveCheckpoint(
    'tokenizer',
    file({ ...tokenizerOrigin(config, dataset.contentHash), adapter: '' }, arrays),
  );
  await sink.saveSnapshot(5, LEVELS, new Uint16Array(codes.length));
  await sink.saveSnapshot(9, LEVELS, codes);
  return store;
}

/** A desk whose answers about other runs come from `beside`. */
function desk(beside: (run: string) => Promise<CodebookSource> = () => Promise.reject(new Error('no other run'))) {
  const own = new CodebookDesk();
  return {
    answer: (request: CodebooksRequest, source: CodebookSource) => own.answer(request, source, beside),
    clear: () => own.clear(),
  };
}

describe('CodebookDesk', () => {
  it('has nothing before a run and before its first snapshot, and says so for items', async () => {
    const store = createMemoryRunStore();
    const own = desk();
    expect(await own.answer({ kind: 'collisions' }, { ...sourceOf(store), config: null })).toBeNull();
    await start(store, config, dataset);
    expect(await own.answer({ kind: 'itemMap' }, sourceOf(store))).toBeNull();
    await expect(
      own.answer({ kind: 'collisionBucket', codes: [0, 0], offset: 0, limit: 5 }, sourceOf(store)),
    ).rejects.toMatchObject({ code: 'codes/none' });
  });

  it('counts shared identifiers by interactions, with distances of the stored vectors', async () => {
    const reply = await desk().answer({ kind: 'collisions' }, sourceOf(await trained()));
    const distinct = new Set(margins.map((levels) => levels.map(({ code }) => code).join())).size;
    expect(distinct).toBeLessThan(ITEMS);
    expect(reply).toMatchObject({
      policy: 'digit',
      isResolved: true,
      isBeforeResolution: true,
      report: { groups: [{ name: 'all items', items: ITEMS, identifiers: distinct, interactions: 5 }, {}, {}] },
    });
    expect(reply).toHaveProperty('report.buckets.0.distance', expect.any(Number));
  });

  it('shows how the items of an identifier were resolved and where they would split, a page at a time', async () => {
    const own = desk();
    const source = sourceOf(await trained());
    const keyOf = (item: number): string => margins[item]?.map(({ code }) => code).join() ?? '';
    const twin =
      [...margins.keys()].find((item) => margins.findIndex((_, at) => keyOf(at) === keyOf(item)) < item) ?? 0;
    const shared = margins[twin]?.map(({ code }) => code) ?? [];
    const members = [...margins.keys()].filter((item) => margins[item]?.every(({ code }, at) => code === shared[at]));
    expect(members.length).toBeGreaterThan(1);
    const ask = (offset: number, limit: number) =>
      own.answer({ kind: 'collisionBucket', codes: shared, offset, limit }, source);
    const reply = await ask(0, 99);
    expect(reply).toMatchObject({
      total: members.length,
      items: members.map((item, place) => ({
        card: { item, codes: [...shared, place + 1] },
        interactions: [3, 1][item] ?? (item === 11 ? 1 : 0),
        resolution: { kind: 'digit', value: place + 1 },
        residuals: margins[item]?.map(({ residual }) => residual),
        boundaries: margins[item]?.map(({ boundary }) => boundary),
      })),
    });
    const least = Math.min(...members.flatMap((item) => margins[item]?.map(({ boundary }) => boundary) ?? []));
    expect(reply).toHaveProperty('split.boundary', least);
    expect(await ask(1, 1)).toMatchObject({ total: members.length, items: [{ card: { item: members[1] } }] });
  });

  it('compares prefixes with nearest neighbours of other domains at each stored step it is asked for', async () => {
    const reply = await desk().answer({ kind: 'neighbourSharing', steps: [5, 7, 9] }, sourceOf(await trained()));
    expect(reply).toMatchObject({ domains: ['north', 'south'], levels: LEVELS, steps: [5, 9], isComplete: true });
    const { shares = new Float64Array() } = reply as { shares?: Float64Array };
    expect(shares.length).toBe(2 * LEVELS * 4);
    // At step 5 all items have the same codes.
    expect([...shares.subarray(0, 8)]).toEqual([Number.NaN, 1, 1, Number.NaN, Number.NaN, 1, 1, Number.NaN]);
    expect(shares[9]).toBe(shares[10]);
    expect(shares[13]).toBeLessThanOrEqual(shares[9] ?? 0);
  });

  it('measures what each level leaves of the latents, and nothing while the tokenizer trains', async () => {
    const reply = await desk().answer({ kind: 'residualStaircase' }, sourceOf(await trained()));
    const squares = (level: number): number =>
      margins.reduce((sum, levels) => sum + (levels[level]?.residual ?? 0) ** 2, 0);
    expect(reply).toMatchObject({ isComplete: true, groups: [{ items: ITEMS }, { name: 'north' }, { name: 'south' }] });
    expect(reply).toHaveProperty('groups.0.left.1', expect.closeTo(squares(1) / squares(0), 9));
    const training = sourceOf(await trained({ isDone: false }));
    expect(await desk().answer({ kind: 'residualStaircase' }, training)).toBeNull();
  });

  it('names shared codes with items of both domains', async () => {
    const reply = await desk().answer(
      { kind: 'sharedCodes', step: 5, level: 0, isPrefix: false, domains: ['south', 'north'], limit: 9 },
      sourceOf(await trained()),
    );
    expect(reply).toMatchObject({
      total: 1,
      codes: [
        {
          codes: [0],
          items: [6, 6],
          shares: [1, 1],
          top: [
            [{ item: 1 }, { item: 11 }, {}, {}],
            [{ item: 0 }, {}, {}, {}],
          ],
        },
      ],
    });
  });

  it('lists the items of a code at any level, of one domain or of all', async () => {
    const source = sourceOf(await trained());
    const own = desk();
    for (const level of [0, 1])
      for (let code = 0; code < ENTRIES; code++)
        for (const domain of [null, 'south']) {
          const reply = await own.answer({ kind: 'codeItems', level, code, domain, offset: 1, limit: 2 }, source);
          const wanted = [...Array(ITEMS).keys()].filter(
            (item) => codes[item * LEVELS + level] === code && (domain === null || item % 2 === 1),
          );
          expect(reply).toMatchObject({ items: wanted, cards: wanted.slice(1, 3).map((item) => ({ item })) });
        }
  });

  it('puts another run’s tree beside, with what is picked and how far the codes agree', async () => {
    const source = sourceOf(await trained());
    const two = desk(async (run) => (run === 'same' ? source : { ...source, config: null }));
    const request = { kind: 'besidePaths', run: 'same', prefix: [], picked: [0, 3] } as const;
    const coded = { codes, levels: LEVELS, ...dataset.items };
    expect(await two.answer(request, source)).toEqual({
      tree: pathTree(coded, [], new Set([0, 3])),
      agreement: [expect.closeTo(1, 9), expect.closeTo(1, 9)],
    });
    expect(await two.answer({ ...request, run: 'untrained' }, source)).toBeNull();
    for (const run of [null, 'same'])
      for (let code = 0; code < ENTRIES; code++)
        expect(await two.answer({ kind: 'pathItems', run, prefix: [0, code] }, source)).toEqual(
          [...Array(ITEMS).keys()].filter((item) => codes[2 * item] === 0 && codes[2 * item + 1] === code),
        );
    for (const run of [null, 'same'])
      for (const item of [0, 5])
        expect(await two.answer({ kind: 'codesOf', run, item }, source)).toEqual({
          codes: [...codes.subarray(2 * item, 2 * item + 2), expect.any(Number)],
          isResolved: true,
        });
    expect(await two.answer({ kind: 'codesOf', run: 'untrained', item: 0 }, source)).toBeNull();
    const elsewhere = desk(async () => ({ ...source, dataset: { ...dataset, contentHash: 'other' } }));
    await expect(elsewhere.answer(request, source)).rejects.toThrow();
  });

  it('places items by the two widest components of the vectors that the tokenizer reads', async () => {
    const reply = await desk().answer({ kind: 'itemMap' }, sourceOf(await trained()));
    expect(reply).toMatchObject({ source: 'whitened', levels: LEVELS, codes });
    const { x, y, sharing } = reply as { x: Float32Array; y: Float32Array; sharing: Uint32Array };
    expect([x[3], y[3]]).toEqual([vectors[3 * WIDTH], vectors[3 * WIDTH + 1]]);
    expect(sharing.reduce((sum, count) => sum + 1 / count, 0)).toBeCloseTo(
      new Set(margins.map((levels) => levels.map(({ code }) => code).join())).size,
      9,
    );
  });

  it('takes the newest snapshot while the tokenizer trains, and what it wrote when it is done', async () => {
    const store = await trained({ isDone: false });
    const own = desk();
    const source = sourceOf(store);
    expect(await own.answer({ kind: 'collisions' }, source)).toMatchObject({ isResolved: false });
    await storeSink(store, CURRENT_RUN, () => 2).saveSnapshot(11, LEVELS, new Uint16Array(codes.length));
    expect(await own.answer({ kind: 'collisions' }, source)).toMatchObject({
      report: { groups: [{ identifiers: 1 }, {}, {}] },
    });
  });
});

describe('CodebookDesk of UTGRec', () => {
  it('shows the codes before the next-nearest rule and how each item was resolved', async () => {
    const { dataset: data } = shop();
    const utgrec = tinyUtgrec({ transfer: null });
    const { quantiser } = utgrec.tokenizer;
    const store = createMemoryRunStore();
    await start(store, utgrec, data);
    const sink = storeSink(store, CURRENT_RUN, () => 1);
    // Every third item has a code of its own at the last level, the others share it.
    const before = Uint16Array.from({ length: data.itemCount * quantiser.levels }, (_, at) => {
      const item = Math.floor(at / quantiser.levels);
      if (at % quantiser.levels === 0) return item % 6;
      return at % quantiser.levels === 1 ? Math.floor(item / 6) : 0;
    });
    before.copyWithin(quantiser.levels, 0, quantiser.levels);
    const after = before.slice();
    after[2 * quantiser.levels - 1] = 7;
    const parametersOf = (name: string, entries: number): [string, Float32Array][] => [
      [`${name}.matrix`, normalArray(entries * quantiser.width, 1)],
      [`${name}.projection`, normalArray(quantiser.width ** 2, 2)],
    ];
    const rate = {
      textTopOne: 0,
      textUnigram: 0,
      brokenPictures: 0,
      sharedFirstCode: 0,
      sharedByChance: 0,
      domains: [],
    };
    const fileOf = (vectors: Float32Array<ArrayBuffer> | null) =>
      tokenizerParts(
        {
          epoch: 1,
          parameters: new Map([
            ...parametersOf('root', quantiser.rootEntries),
            ...parametersOf('leaf', quantiser.leafEntries),
          ]),
          moment1: new Map(),
          moment2: new Map(),
        } as unknown as Parameters<typeof tokenizerParts>[0],
        { vocabulary: { pieces: Uint32Array.of(1) }, vae: null },
        {
          codes: after,
          resolutions: Uint16Array.from({ length: data.itemCount }, (_, item) => (item === 1 ? 4 : 0)),
          vectors,
          quality: {
            ...rate,
            conflictRateBefore: 1 / data.itemCount,
            conflictRateAfter: 0,
            resolved: { nearest: data.itemCount - 1, rank: 1, random: 0, duplicate: 0 },
          },
        },
      );
    const origin = {
      kind: 'tokenizer' as const,
      config: await identifiersHash(quantiser, after),
      dataHash: data.contentHash,
      adapter: '',
    };
    const save = async (vectors: Float32Array<ArrayBuffer> | null): Promise<void> => {
      const { arrays, numbers } = fileOf(vectors);
      await sink.saveCheckpoint('tokenizer', writeCheckpoint(origin, arrays, numbers));
    };
    await save(null);
    await sink.saveSnapshot(3, quantiser.levels, before);
    const source = { store, config: utgrec, dataset: data, card };
    const first = desk();
    expect(await first.answer({ kind: 'collisions' }, source)).toMatchObject({
      policy: 'nextNearest',
      isResolved: true,
      isBeforeResolution: true,
      report: { buckets: [{ items: [0, 1], distance: null }] },
    });
    const shared = [...before.subarray(0, quantiser.levels)];
    expect(await first.answer({ kind: 'collisionBucket', codes: shared, offset: 0, limit: 9 }, source)).toMatchObject({
      items: [
        { resolution: { kind: 'nearest', value: null }, residuals: null },
        { resolution: { kind: 'rank', value: 4 }, card: { codes: [shared[0], shared[1], 7] } },
      ],
      split: null,
    });
    expect(await first.answer({ kind: 'neighbourSharing', steps: [3] }, source)).toBeNull();
    const map = await first.answer({ kind: 'itemMap' }, source);
    expect(map).toMatchObject({ source: 'entries', explainedShare: expect.any(Number) });
    const { x } = map as { x: Float32Array };
    expect(x[0]).toBe(x[1]);
    expect(new Set(x).size).toBeGreaterThan(10);

    // With what was quantised in the file: distances, margins, neighbours, and points of their own.
    const size = quantiser.levels * quantiser.width;
    const vectors = normalArray(data.itemCount * size, 3);
    await save(vectors);
    const fresh = desk();
    const z = (item: number): number[] => {
      const own = vectors.slice(item * size, (item + 1) * size);
      for (let at = quantiser.width; at < size; at++) own[at] = (own[at] ?? 0) + (own[at - quantiser.width] ?? 0);
      return [...own];
    };
    const apart = Math.hypot(...z(0).map((value, at) => value - (z(1)[at] ?? 0)));
    expect(await fresh.answer({ kind: 'collisions' }, source)).toMatchObject({
      report: { buckets: [{ items: [0, 1], distance: expect.closeTo(apart, 4) }] },
    });
    const bucket = await fresh.answer({ kind: 'collisionBucket', codes: shared, offset: 0, limit: 9 }, source);
    expect(bucket).toMatchObject({
      items: [{ boundaries: expect.any(Array) }, {}],
      split: { boundary: expect.any(Number) },
    });
    const { items } = bucket as CollisionBucketReply;
    expect(items[1]?.residuals ?? []).toHaveLength(quantiser.levels);
    expect(items[1]?.residuals?.[1]).toBeCloseTo(
      Math.hypot(...vectors.subarray(size + quantiser.width, size + 2 * quantiser.width)),
      5,
    );
    expect(await fresh.answer({ kind: 'neighbourSharing', steps: [3] }, source)).toMatchObject({ steps: [3] });
    const own = await fresh.answer({ kind: 'itemMap' }, source);
    expect(own).toMatchObject({ source: 'content' });
    expect((own as { x: Float32Array }).x[0]).not.toBe((own as { x: Float32Array }).x[1]);
  });
});
