import { describe, expect, it } from 'vitest';
import { createMemoryRunStore } from '../storage/recordRunStore';
import type { UtgrecGallery } from '../train/utgrecGallery';
import { shop, tinyUtgrec } from '../train/utgrecRun.fixture';
import { galleryReply } from './galleryReply';
import { digitsOf, ofCodes } from './itemCodes';
import type { ItemCard } from './protocol/items';
import { RunRegistry } from './runRegistry';
import { showRunFor } from './runStart';
import { storedRows, storedSnapshots, storeSink } from './storeSink';
import { recommenderDataset, tokenizerPlace, utgrecBooks } from './utgrecRuns';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

const { dataset } = shop();
const card = (item: number): ItemCard => ({
  item,
  id: `i${item}`,
  title: '',
  detail: '',
  domain: null,
  image: null,
  codes: null,
});

describe('steps of a UTGRec run', () => {
  it('has the tokenizer learn on the domains of pre-training and the recommender end on the other one', () => {
    const config = tinyUtgrec();
    const place = tokenizerPlace(config, dataset);
    expect([place.run, place.dataset.itemCount]).toEqual([PRETRAINING_RUN, 40]);
    expect(recommenderDataset(config, dataset).itemCount).toBe(20);
  });

  it('works on the whole data set without transfer', () => {
    const config = tinyUtgrec({ transfer: null });
    expect(tokenizerPlace(config, dataset)).toEqual({ dataset, run: CURRENT_RUN });
    expect(recommenderDataset(config, dataset)).toBe(dataset);
  });

  it('refuses a domain that the data do not have', () => {
    const config = tinyUtgrec({ transfer: { downstream: 'boats' } });
    expect(() => recommenderDataset(config, dataset)).toThrow(/no domain "boats"/);
  });

  it('names the book of every level where levels share one', () => {
    expect(utgrecBooks(tinyUtgrec())).toEqual({ entries: [6, 32, 32], books: ['root', 'leaf', 'leaf'] });
    const independent = { ...tinyUtgrec().tokenizer.quantiser, kind: 'independent' };
    expect(utgrecBooks(tinyUtgrec({ tokenizer: { quantiser: independent } }))).toEqual({
      entries: [6, 6, 6],
      books: null,
    });
  });
});

describe('another recommender on the same tokenizer', () => {
  it.each([
    { what: 'without transfer', config: tinyUtgrec({ transfer: null }), run: CURRENT_RUN },
    { what: 'with transfer', config: tinyUtgrec(), run: PRETRAINING_RUN },
  ])('is a run of its own with the tokenizer, its curves and its snapshots: $what', async ({ config, run }) => {
    const host = { nowMs: () => 1, busyRuns: async () => new Set<string>() };
    const registry = await RunRegistry.open(createMemoryRunStore(), host);
    const first = await showRunFor(registry, 'tokenizer', config, dataset);
    const sink = storeSink(registry.view(), run, () => 1);
    const row = { epoch: 1, seconds: 1, values: { loss: 2 } };
    await sink.saveCheckpoint('tokenizer', Uint8Array.of(7));
    await sink.saveCheckpoint('recommender', Uint8Array.of(8));
    await sink.appendRows([
      { ...row, run: 'tokenizer', step: 3 },
      { ...row, run: 'recommender', step: 4 },
    ]);
    await sink.saveSnapshot(3, 2, Uint16Array.of(1, 2, 3, 4));
    const other = { ...config, recommender: { ...config.recommender, epochs: 9 } };
    expect(await showRunFor(registry, 'recommender', other, dataset)).not.toBe(first);
    const copy = registry.view();
    const copied = storeSink(copy, run, () => 1);
    expect(await copied.loadCheckpoint('tokenizer')).toEqual(Uint8Array.of(7));
    expect(await copied.loadCheckpoint('recommender')).toBeNull();
    expect((await storedRows(copy, run)).map(({ step }) => step)).toEqual([3]);
    expect(await storedSnapshots(copy, run)).toEqual([{ step: 3, levels: 2, codes: Uint16Array.of(1, 2, 3, 4) }]);
    // The first run is as it was.
    expect(await sink.loadCheckpoint('recommender')).toEqual(Uint8Array.of(8));
  });
});

describe('galleryReply', () => {
  const read: number[][] = [];
  const gallery = {
    side: 4,
    tokenizer: { resolutions: Uint16Array.from({ length: 60 }, (_, item) => (item === 25 ? 3 : 0)) },
    read: async (items: Uint32Array) => {
      read.push([...items]);
      return Array.from(items, (item) => ({ item, codes: [], pieces: [], original: null, decoded: null }));
    },
  } as unknown as UtgrecGallery;
  const page = { kind: 'gallery', count: 20, seed: 5 } as const;

  it('reads different items of one domain, the same for the same seed, and at most what is drawn at a time', async () => {
    const reply = await galleryReply(gallery, { ...page, domain: 'lamps' }, dataset, card);
    await galleryReply(gallery, { ...page, domain: 'lamps' }, dataset, card);
    expect(new Set(read[0]).size).toBe(16);
    expect(read[0]?.every((item) => item >= 20 && item < 40)).toBe(true);
    expect(read[1]).toEqual(read[0]);
    expect(reply.entries.map((entry) => entry.card.item)).toEqual(read[0]);
    for (const { card: shown, resolution, rank } of reply.entries)
      expect([resolution, rank]).toEqual(shown.item === 25 ? ['rank', 3] : ['nearest', null]);
  });

  it('refuses a domain without items', async () => {
    await expect(galleryReply(gallery, { ...page, domain: 'boats' }, dataset, card)).rejects.toMatchObject({
      code: 'gallery/domain',
    });
  });
});

describe('ItemCodes', () => {
  it('gives an item its digits', () => {
    expect(digitsOf(ofCodes(dataset, Uint16Array.of(1, 2, 3, 4, 5, 6), 3), 1)).toEqual([4, 5, 6]);
  });
});
