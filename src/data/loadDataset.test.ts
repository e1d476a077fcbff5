import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderSource, gzipOf, memorySource, realDataFolder } from '../../test/fixtures/byteStreams';
import { FormatError } from '../base/errors';
import { fetchSource } from './fetchSource';
import { filesSource } from './filesSource';
import { imageBytes, loadImages } from './imageIndex';
import { itemText } from './itemText';
import { type LoadProgress, loadDataset } from './loadDataset';

const ITEMS = [
  '{"id":10,"title":"Bolt.","brand":"Acme","categories":["Tools","Bolts"],"description":"Steel. "}',
  '{"id":7,"title":"Nut","keywords":["hex","m4"]}',
  '{"id":"x","title":""}',
].join('\n');
const USERS = ['{"user":1,"items":[10,7,"x",7]}', '{"user":2,"items":[7,10]}', '{"user":3,"items":[7,7,10]}'].join(
  '\n',
);

function load(items: string, sequences?: string, extra: Record<string, string | Uint8Array> = {}, share = 0) {
  const files = { 'items.jsonl.gz': items, ...(sequences === undefined ? {} : { 'sequences.jsonl.gz': sequences }) };
  return loadDataset(memorySource({ ...files, ...extra }), { maxBadLineShare: share });
}

describe('loadDataset', () => {
  it('gives dense columns, flat sequences and a report', async () => {
    const dataset = await load(ITEMS, USERS);
    expect(dataset.items.ids).toEqual(['10', '7', 'x']);
    expect(dataset.users).toEqual(['1', '3']);
    expect([...dataset.sequences.items]).toEqual([0, 1, 2, 1, 1, 1, 0]);
    expect([...dataset.sequences.offsets]).toEqual([0, 4, 7]);
    expect(dataset.report).toMatchObject({ shortUsers: 1, repeatedEvents: 2, itemsWithoutTitle: 1, badLines: 0 });
    expect(dataset.items.domainOfItem).toBeNull();
    expect([0, 1, 2].map((item) => itemText(dataset, item))).toEqual([
      'Bolt. Acme. Tools, Bolts. Steel',
      'Nut. hex, m4',
      '',
    ]);
  });

  it.each([
    ['malformed item line', '{"id":1,"title":"a"}\n{"id":', USERS, 'json/syntax', 'items.jsonl.gz line 2'],
    ['item without id', '{"title":"a"}', USERS, 'field/id', 'line 1 field `id`'],
    ['fractional id', '{"id":1.5,"title":"a"}', USERS, 'field/id', '1.5'],
    ['item without title', '{"id":1}', USERS, 'field/text', 'field `title`'],
    ['categories of numbers', '{"id":1,"title":"a","categories":[1]}', USERS, 'field/texts', 'field `categories`'],
    ['duplicate item', `${ITEMS}\n{"id":"7","title":"again"}`, USERS, 'dataset/duplicateItem', 'line 4 field `id`'],
    ['no items', '\n', USERS, 'dataset/noItems', 'items.jsonl.gz'],
    [
      'unknown item',
      ITEMS,
      '{"user":1,"items":[10,7,99]}',
      'dataset/unknownItem',
      'sequences.jsonl.gz line 1 field `items`',
    ],
    ['empty sequence', ITEMS, `${USERS}\n{"user":4,"items":[]}`, 'dataset/emptySequence', 'line 4'],
    ['items not a list', ITEMS, '{"user":1,"items":"10"}', 'field/ids', 'field `items`'],
    ['duplicate user', ITEMS, `${USERS}\n{"user":"2","items":[7]}`, 'dataset/duplicateUser', 'user 2'],
    ['only short users', ITEMS, '{"user":1,"items":[10,7]}', 'dataset/noUsers', '1 shorter users'],
    ['poisoned key', '{"id":1,"title":"a","__proto__":{}}', USERS, 'json/key', '__proto__'],
  ])('refuses a %s, naming the place', async (_, items, sequences, code, words) => {
    const error = await load(items, sequences).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(words);
  });

  it('refuses a folder without items and a truncated file', async () => {
    await expect(loadDataset(memorySource({}))).rejects.toMatchObject({ code: 'dataset/missing' });
    const packed = await gzipOf(
      Array.from({ length: 99 }, (_, user) => `{"user":${user},"items":[7,10,7]}\n`).join(''),
    );
    const cut = { 'sequences.jsonl.gz': packed.slice(0, packed.length - 4) };
    await expect(load(ITEMS, undefined, cut)).rejects.toMatchObject({ code: 'gzip/truncated' });
  });

  it('skips bad lines up to the allowed share and refuses beyond it', async () => {
    const sequences = `${USERS}\nnope\n{"user":9,"items":[99,7,10]}`;
    const dataset = await load(ITEMS, sequences, {}, 0.5);
    expect(dataset.users).toEqual(['1', '3']);
    expect(dataset.report).toMatchObject({ badLines: 2, userLines: 5 });
    expect(dataset.report.badLineMessages[1]).toContain('line 5');
    await expect(load(ITEMS, sequences, {}, 0.3)).rejects.toMatchObject({ code: 'dataset/tooManyBadLines' });
  });

  it('loads a catalogue without users, unpacked files, and domains', async () => {
    const items =
      '{"id":1,"title":"a","domain":"toys"}\n{"id":2,"title":"b","domain":"games"}\n{"id":3,"title":"c","domain":"toys"}';
    const dataset = await loadDataset(memorySource({ 'items.jsonl': items }));
    expect(dataset.userCount).toBe(0);
    expect([...(dataset.items.domainOfItem ?? [])]).toEqual([0, 1, 0]);
    expect(dataset.items.domainNames).toEqual(['toys', 'games']);
  });

  it('hashes the content, not the files', async () => {
    const hash = (await load(ITEMS, USERS)).contentHash;
    const spaced = ITEMS.replaceAll('":', '" : ').replaceAll('\n', '\r\n\r\n');
    expect((await load(spaced, USERS)).contentHash).toBe(hash);
    expect((await load(ITEMS.replace('Bolt', 'Belt'), USERS)).contentHash).not.toBe(hash);
    expect((await load(ITEMS, USERS.replace('[7,7,10]', '[7,10,7]'))).contentHash).not.toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reads the picture index and refuses one that points outside its file', async () => {
    const index = (entries: string) => `{"width":4,"height":3,"format":"image/jpeg","bytes":6,"index":${entries}}`;
    const pictures = { 'images.bin': Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const source = memorySource({ 'items.jsonl': ITEMS, 'images.json': index('{"7":[0,2],"10":[2,4]}'), ...pictures });
    const dataset = await loadDataset(source);
    const bytes = await loadImages(source, dataset);
    if (bytes === null || dataset.images === null) throw new Error('pictures expected');
    expect(imageBytes(dataset.images, bytes, 0)).toEqual(Uint8Array.of(3, 4, 5, 6));
    expect(imageBytes(dataset.images, bytes, 2)).toBeNull();
    for (const entries of ['{"7":[3,4]}', '{"99":[0,1]}', '{"7":[-1,2]}', '{"7":[0]}', '{"7":"0,1"}']) {
      await expect(load(ITEMS, USERS, { 'images.json': index(entries) })).rejects.toMatchObject({
        code: 'images/entry',
      });
    }
  });

  it('stops with CancelledError when asked to', async () => {
    const source = memorySource({ 'items.jsonl': ITEMS });
    await expect(loadDataset(source, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'data/cancelled',
    });
  });
});

describe('sources', () => {
  it('reads dropped files by their own names', async () => {
    const files = [new File([await gzipOf(ITEMS)], 'items.jsonl.gz'), new File([USERS], 'sequences.jsonl')];
    const dataset = await loadDataset(filesSource(files, 'dropped'));
    expect([dataset.name, dataset.itemCount, dataset.userCount]).toEqual(['dropped', 3, 2]);
  });

  it('fetches files, taking 404 and HTML pages as absent and other statuses as failures', async () => {
    const answers: Record<string, () => Response> = {
      '/d/items.jsonl.gz': () => new Response(ITEMS),
      '/d/sequences.jsonl.gz': () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      '/d/images.json': () => new Response('', { status: 503 }),
    };
    const fetch = async (url: unknown) => answers[String(url)]?.() ?? new Response('', { status: 404 });
    await expect(loadDataset(fetchSource('/d', fetch as typeof globalThis.fetch))).rejects.toMatchObject({
      code: 'source/http',
    });
    delete answers['/d/images.json'];
    const dataset = await loadDataset(fetchSource('/d', fetch as typeof globalThis.fetch));
    expect([dataset.name, dataset.itemCount, dataset.userCount]).toEqual(['d', 3, 0]);
  });
});

// The real data sets are not part of the repository; without TESSERA_DATA or ../shared/data these tests have nothing to read.
const folder = realDataFolder();
const SETS = ['amazon18-scientific', 'amazon14-beauty', 'amazon18-instruments', 'movielens-posters', 'openclipart'];

describe.skipIf(folder === null)('real data sets', () => {
  it.each(SETS)('%s loads with the counts of its stats.json', async (name) => {
    if (folder === null) return;
    const stats = JSON.parse(readFileSync(join(folder, name, 'stats.json'), 'utf8')) as Record<string, number>;
    const progress: LoadProgress[] = [];
    const dataset = await loadDataset(folderSource(folder, name), {}, (event) => progress.push(event));
    expect([dataset.userCount, dataset.itemCount, dataset.interactionCount]).toEqual([
      stats.users,
      stats.items,
      stats.interactions,
    ]);
    expect(dataset.report.shortUsers + dataset.report.repeatedEvents).toBe(0);
    if (stats.items_with_image !== undefined) expect(dataset.images?.count).toBe(stats.items_with_image);
    expect(progress.length).toBeGreaterThan(0);
    expect(itemText(dataset, 0).length > 0).toBe(name !== 'amazon18-instruments');
  });
});
