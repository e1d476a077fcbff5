/** Files made to do harm, through every importer: markup, poisoned keys, path tricks, bombs, endless input. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gzipOf } from '../../../test/fixtures/byteStreams';
import { importMemory, never } from '../../../test/fixtures/importSources';
import { PAYLOADS } from '../../../test/fixtures/payloads';
import { FormatError, TesseraError } from '../../base/errors';
import { memoryColumnStorage } from '../../storage/memoryStorage';
import { openDataset } from '../workspace/openDataset';
import { openWorkspaces } from '../workspace/workspaces';
import { expandArchives } from './archives';
import { memoryByteSource } from './byteSources';
import { importCandidate, recognise } from './recognise';
import type { ByteSource, ImportSink } from './sink';

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const csvCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** One row an item in every format, made of `words` (a title) and `address`. */
type Maker = (words: readonly string[], address: string) => Record<string, string>;
const FORMATS: Record<string, Maker> = {
  tessera: (words) => ({
    'd/items.jsonl': jsonl(words.map((title, id) => ({ id, title, brand: title, categories: [title] }))),
    'd/sequences.jsonl': jsonl([{ user: 'u', items: words.map((_, id) => id) }]),
  }),
  amazon2023: (words, address) => ({
    'Games.jsonl': jsonl(
      words.map((_, id) => ({ user_id: 'u', parent_asin: `i${id}`, rating: 5, timestamp: 1e12 + id })),
    ),
    'meta_Games.jsonl': jsonl(
      words.map((title, id) => ({
        parent_asin: `i${id}`,
        title,
        store: title,
        features: [title],
        categories: [title],
        images: [{ large: id === 0 ? address : title, variant: 'MAIN' }],
      })),
    ),
  }),
  reference: (words) => ({
    'all_item_seqs.json': JSON.stringify({ u: words.map((_, id) => `i${id}`) }),
    'metadata.sentence.json': JSON.stringify(Object.fromEntries(words.map((text, id) => [`i${id}`, text]))),
  }),
  table: (words, address) => ({
    'shop/items.csv': `id,title,brand,image_url\n${words.map((text, id) => `${id},${csvCell(text)},${csvCell(text)},${csvCell(id === 0 ? address : text)}\n`).join('')}`,
    'shop/events.csv': `user,item,timestamp\n${words.map((_, id) => `u,${id},${1.5e9 + id}\n`).join('')}`,
  }),
  recbole: (words) => ({
    'g.item': `item_id:token\ttitle:token_seq\n${words.map((text, id) => `${id}\t${text.replaceAll(/[\t\n\r]/g, ' ')}\n`).join('')}`,
    'g.inter': `user_id:token\titem_id:token\ttimestamp:float\n${words.map((_, id) => `u\t${id}\t${id}\n`).join('')}`,
  }),
  movielens: (words) => ({
    'ml/movies.csv': `movieId,title,genres\n${words.map((text, id) => `${id},${csvCell(text)},Drama\n`).join('')}`,
    'ml/ratings.csv': `userId,movieId,rating,timestamp\n${words.map((_, id) => `1,${id},4.0,${1e9 + id}\n`).join('')}`,
  }),
};

/** Own keys and values of everything that all objects share. */
function prototypes(): unknown[] {
  const shared = [Object.prototype, Array.prototype, Map.prototype, Function.prototype, String.prototype, Object];
  return shared.flatMap((owner) =>
    Reflect.ownKeys(owner).map((key) => [key, Reflect.getOwnPropertyDescriptor(owner, key)?.value]),
  );
}
let before: unknown[] = [];
beforeEach(() => {
  before = prototypes();
});
afterEach(() => {
  expect(prototypes()).toEqual(before);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('texts that are markup elsewhere', () => {
  it('are 200 different ones', () => {
    expect(new Set(PAYLOADS).size).toBe(200);
  });

  it.each(Object.keys(FORMATS))('come in as texts, none as an address, none is lost: %s', async (format) => {
    const files = FORMATS[format]?.(PAYLOADS, 'https://images.example/a.jpg') ?? {};
    const { candidates, sinks } = await importMemory(files);
    expect(candidates).toMatchObject([{ format }]);
    const [sink] = sinks;
    expect(sink?.rejected).toEqual([]);
    const items = [...(sink?.items.values() ?? [])];
    expect(items).toHaveLength(PAYLOADS.length);
    const letters = (text: string): string => text.replaceAll(/[^a-z]/gi, '').toLowerCase();
    items.forEach((item, at) => {
      // What is left when tags are cut, as some formats ask for (also those that come together when others go), is all there.
      let text = PAYLOADS[at] ?? '';
      for (let left = ''; left !== text; ) {
        left = text;
        text = left.replaceAll(/<\/?[a-zA-Z!][^<>]{0,2000}>/g, ' ');
      }
      const words = text.match(/[a-z]{4,}/gi) ?? [];
      // An escaped tag is text at first and a tag to whoever reads it again; either will do.
      if (!text.includes('&')) for (const word of words) expect(letters(item.text)).toContain(letters(word));
      if (item.imageUrl !== '') expect(item.imageUrl).toBe('https://images.example/a.jpg');
    });
    expect(items[0]?.imageUrl).toBe(['amazon2023', 'table'].includes(format) ? 'https://images.example/a.jpg' : '');
  });

  it('may be names of files, columns, users, items, domains and tokenizers, and come out of an export as they were', async () => {
    const devices = ['con', 'NUL', 'com1', 'aux.jpg', '..', '.', 'a/b', 'a%2fb', 'CON', 'x'.repeat(256)];
    const names = [...PAYLOADS.filter((text) => text.length <= 256), ...devices];
    const workspace = await openWorkspaces(memoryColumnStorage(), () => 1).create(PAYLOADS[0] ?? '');
    const origin = { format: 'test', files: names.map((name) => ({ name, sizeBytes: 1 })), options: '{}' };
    const { id } = await workspace.createImport(PAYLOADS[1] ?? '', 'downstream', origin);
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
    await workspace.runImport(id, async (sink) => {
      for (const name of names) {
        sink.sequence(name, names);
        await sink.image(name, png, 'image/png');
        sink.codes(PAYLOADS[2] ?? '', name, [1]);
      }
    });
    const info = await workspace.applyTransform(id, await workspace.defaultTransform(id));
    expect(info.origin).toEqual(origin);
    const sources: ByteSource[] = [];
    for await (const { name, stream } of workspace.exportReference(id)) {
      // Letters that every file system takes, and nothing that leads out of the folder.
      expect(name).toMatch(/^(Images\/)?[A-Za-z0-9_%-][A-Za-z0-9._%-]*$/);
      expect(name).not.toMatch(/(^|\/)(con|nul|com1|aux)(\.|$)/i);
      sources.push(memoryByteSource(name, new Uint8Array(await new Response(stream).arrayBuffer())));
    }
    const { candidates } = await recognise(sources);
    const again = await workspace.createImport('again', 'downstream', origin);
    await workspace.runImport(again.id, async (sink, signal) => {
      for (const candidate of candidates) await importCandidate(candidate, sink, {}, signal);
    });
    const rows = (await workspace.applyTransform(again.id, await workspace.defaultTransform(again.id))).statistics;
    expect(rows).toMatchObject({ items: names.length, users: names.length, withImage: names.length });
    const page = await workspace.browseItems(again.id, { query: '', sort: 'index', offset: 0, limit: 999 });
    expect(page.rows.map((row) => row.id)).toEqual(names);
  });
});

const POISON = ['__proto__', 'prototype', 'constructor', '\\u005f_proto__'];

describe('poisoned keys', () => {
  const value = '{"polluted":1}';
  it.each(POISON)('%s in any place of any format is listed or refused, and changes nothing', async (key) => {
    const row = (more: string): string => `{"id":1,"title":"a"${more}}\n`;
    const review = `"user_id":"u","parent_asin":"i","rating":5,"timestamp":1`;
    const places: Record<string, string>[] = [
      { 'd/items.jsonl': row('') + row(`,"${key}":${value}`) + row(`,"x":[{"${key}":${value}}]`) },
      { 'd/items.jsonl': row(''), 'd/sequences.jsonl': `{"user":1,"items":[1],"${key}":${value}}\n` },
      { 'Games.jsonl': `{${review}}\n{${review},"${key}":${value}}\n` },
      { 'all_item_seqs.json': `{"a":["x"],"${key}":["x"]}`, 'metadata.sentence.json': `{"x":"t","${key}":"t"}` },
      { 'all_item_seqs.json': '{"a":["x"]}', 'id_mapping.json': `{"item2id":{"x":1,"${key}":2},"${key}":{"x":1}}` },
      { 'all_item_seqs.json': '{"a":["x"]}', 'a.sem_ids': `{"x":[1],"${key}":[1]}` },
      { 'log.jsonl': `{"user":"u","item":"i","${key}":${value}}\n{"user":"u","item":"i"}\n` },
      {
        'd/items.jsonl': row(''),
        'd/images.json': `{"format":"image/png","index":{"${key}":[0,4]}}`,
        'd/images.bin': 'abcd',
      },
    ];
    for (const files of places) {
      const outcome = await importMemory(files).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
    }
  });

  it('as names of columns and as ids are names like others', async () => {
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString']) {
      const { sinks } = await importMemory({ 'log.csv': `user,item,${key}\n${key},${key},polluted\n` });
      expect(sinks[0]?.interactions).toMatchObject([{ user: key, item: key }]);
      const atomic = await importMemory({
        'g.inter': `user_id:token\titem_id:token\t${key}:token\n${key}\t${key}\tx\n`,
      });
      expect(atomic.sinks[0]?.interactions).toMatchObject([{ user: key, item: key }]);
    }
  });

  it('anywhere in random objects never reach a prototype (1,000 cases)', async () => {
    const keys = fc.constantFrom('__proto__', 'constructor', 'prototype', 'user', 'item', 'items', 'id', 'title', 'a');
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>(1, 'x', null, 'polluted'),
        fc.array(tie('tree'), { maxLength: 3 }),
        // Text, since an object literal would lose the keys.
        fc.array(fc.tuple(keys, tie('tree')), { maxLength: 3 }).map((pairs) => ({ pairs })),
      ),
    }));
    const spelled = (node: unknown): string => {
      if (Array.isArray(node)) return `[${node.map(spelled).join(',')}]`;
      if (typeof node !== 'object' || node === null) return JSON.stringify(node);
      const { pairs } = node as { pairs: [string, unknown][] };
      return `{${pairs.map(([key, inner]) => `${JSON.stringify(key)}:${spelled(inner)}`).join(',')}}`;
    };
    const name = fc.constantFrom('d/items.jsonl', 'Games.jsonl', 'meta_Games.jsonl', 'all_item_seqs.json', 'log.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 4 }), name, async (rows, file) => {
        const text = `${rows.map(spelled).join('\n')}\n`;
        await importMemory({ [file]: text }).catch((error: unknown) => {
          if (!(error instanceof TesseraError)) throw error;
        });
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});

describe('files that are broken anywhere', () => {
  it.each(Object.keys(FORMATS))(
    'give rows and a list of bad ones, or one typed error: %s (400 cases)',
    async (format) => {
      const files = Object.entries(
        FORMATS[format]?.(['Lamp', 'Chair', 'Rope, "long"'], 'https://x.example/a.jpg') ?? {},
      );
      const encoder = new TextEncoder();
      const change = fc.record({
        file: fc.nat(files.length - 1),
        at: fc.nat(600),
        insert: fc.oneof(
          fc.uint8Array({ maxLength: 3 }),
          fc
            .constantFrom('"', '\0', '\r', '\n', '\ufeff', '\ud800', '{', '}', '\t', ',')
            .map((text) => encoder.encode(text)),
        ),
        drop: fc.nat(4),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
          const broken = new Map(files.map(([name, text]) => [name, encoder.encode(text)]));
          for (const { file, at, insert, drop } of changes) {
            const [name = ''] = files[file] ?? [];
            const bytes = broken.get(name) ?? new Uint8Array(0);
            const place = at % (bytes.length + 1);
            broken.set(name, Uint8Array.of(...bytes.subarray(0, place), ...insert, ...bytes.subarray(place + drop)));
          }
          const outcome = await importMemory(Object.fromEntries(broken)).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TesseraError);
          else
            for (const sink of (outcome as Awaited<ReturnType<typeof importMemory>>).sinks)
              for (const { file, line, column, content, reason } of sink.rejected) {
                expect(file !== '' && line > 0 && column >= 0 && content.length <= 200 && reason !== '').toBe(true);
              }
        }),
        { numRuns: 400 },
      );
    },
    60_000,
  );
});

describe('archives and packed files', () => {
  const lines = '{"id":1,"title":"a"}\n';
  const inside = new TextEncoder().encode(lines);

  it('inside archives are files, not opened: nesting has no depth to fill', async () => {
    let nested = zipSync({ 'items.jsonl': inside });
    for (let depth = 0; depth < 5; depth++) nested = zipSync({ 'inner.zip': nested });
    const { candidates, unrecognised } = await recognise([memoryByteSource('outer.zip', nested)]);
    expect(candidates).toEqual([]);
    expect(unrecognised.map(({ name }) => name)).toEqual(['outer/inner.zip']);
  });

  it('with more members than the limit are refused before any is read', async () => {
    const zip = zipSync({ a: inside, b: inside });
    const view = new DataView(zip.buffer);
    // The zip64 record is where a count of billions can stand.
    const [start, end] = [view.getUint32(zip.length - 6, true), zip.length - 22];
    const record = new Uint8Array(56 + 20);
    const wide = new DataView(record.buffer);
    wide.setUint32(0, 0x06064b50, true);
    for (const at of [24, 32]) wide.setBigUint64(at, 3_000_000_000n, true);
    wide.setBigUint64(40, BigInt(end - start), true);
    wide.setBigUint64(48, BigInt(start), true);
    wide.setUint32(56, 0x07064b50, true);
    wide.setBigUint64(64, BigInt(end), true);
    const tail = zip.slice(end);
    new DataView(tail.buffer).setUint16(10, 0xffff, true);
    const crafted = Uint8Array.of(...zip.subarray(0, end), ...record, ...tail);
    await expect(expandArchives([memoryByteSource('a.zip', crafted)])).rejects.toMatchObject({ code: 'zip/tooLarge' });
  });

  it('named to lead out of their folder are labels: nothing is written by their names', async () => {
    const names = [
      '../../items.jsonl',
      '/etc/items.jsonl',
      'C:\\items.jsonl',
      'a/../../items.jsonl',
      `${'x/'.repeat(2000)}items.jsonl`,
    ];
    for (const name of names) {
      const { candidates, sinks } = await importMemory({
        'evil.zip': zipSync({ [name]: inside, 'readme.md': inside }),
      });
      expect(candidates).toMatchObject([{ format: 'tessera' }]);
      expect(candidates[0]?.domainName).toMatch(/^[^/\\.][^/\\]*$/);
      expect([...(sinks[0]?.items.keys() ?? [])]).toEqual(['1']);
    }
  });

  it('that are bombs end an import soon, and the domain cannot be trained on', async () => {
    const bomb = await gzipOf(new Uint8Array(64 * 2 ** 20));
    expect(bomb.length).toBeLessThan(70_000);
    const [candidate] = (
      await recognise([
        memoryByteSource('d/items.jsonl.gz', await gzipOf(lines)),
        memoryByteSource('d/sequences.jsonl.gz', bomb),
      ])
    ).candidates;
    if (candidate === undefined) throw new Error('not recognised');
    const workspace = await openWorkspaces(memoryColumnStorage(), () => 1).create('w');
    const { id } = await workspace.createImport('bomb', 'downstream', { format: 'tessera', files: [], options: '{}' });
    const start = performance.now();
    const read = (sink: ImportSink, signal: AbortSignal) => importCandidate(candidate, sink, {}, signal);
    await expect(workspace.runImport(id, read)).rejects.toMatchObject({ code: 'gzip/ratio' });
    expect(performance.now() - start).toBeLessThan(2000);
    expect((await workspace.domain(id)).state).toBe('importing');
    const tables = await workspace.tables(id);
    await expect(openDataset([tables], { historyLimit: 5 })).rejects.toMatchObject({ code: 'workspace/notReady' });
  });

  it('cut short end an import with a word', async () => {
    const packed = await gzipOf(
      Array.from({ length: 20_000 }, (_, id) => `{"id":${id},"title":"${Math.sin(id)}"}\n`).join(''),
    );
    const cut = importMemory({ 'd/items.jsonl.gz': packed.subarray(0, packed.length / 2) });
    await expect(cut).rejects.toMatchObject({ code: 'gzip/truncated' });
  });
});

describe('a file larger than memory', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const SIZE = 2 * 2 ** 30;

  /** Rows of 4 KB without end, the same block again and again. */
  function endless(name: string, head: string, row: string): { source: ByteSource; rows: number } {
    const encoder = new TextEncoder();
    const block = encoder.encode(row.repeat(Math.ceil(2 ** 18 / row.length)));
    const blocks = Math.ceil(SIZE / block.length);
    const open = async (): Promise<ReadableStream<Uint8Array>> => {
      let given = -1;
      return new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (given === blocks) controller.close();
            else controller.enqueue(given < 0 ? encoder.encode(head) : block.slice());
            given++;
          },
        },
        { highWaterMark: 0 },
      );
    };
    const rows = blocks * Math.ceil(2 ** 18 / row.length);
    return { source: { name, sizeBytes: SIZE, open }, rows };
  }

  it.each([
    ['CSV', 'user,item,comment\n', `u,"i",${'long text; '.repeat(370)}\n`, 'log.csv'],
    ['JSON lines', '', `{"user":"u","item":"i","comment":"${'long text, '.repeat(370)}"}\n`, 'log.jsonl'],
  ])(
    '%s of 2 GB are read in less than 64 MB',
    async (_, head, row, name) => {
      const { source, rows } = endless(name, head, row);
      const [candidate] = (await recognise([source])).candidates;
      if (candidate === undefined) throw new Error('not recognised');
      let [count, settled, most] = [0, 0, 0];
      const held = (): number => {
        collectGarbage();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        return heapUsed + arrayBuffers;
      };
      const base = held();
      const sink = {
        interaction: () => {
          count++;
        },
        item: () => undefined,
        progress: () => undefined,
        async settle() {
          if (++settled % 1000 === 0) most = Math.max(most, held() - base);
        },
      } as unknown as ImportSink;
      await importCandidate(candidate, sink, {}, never);
      expect(count).toBe(rows);
      expect(settled).toBeGreaterThan(4000);
      expect(most).toBeLessThan(64 * 2 ** 20);
    },
    120_000,
  );
});
