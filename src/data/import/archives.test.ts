import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, gzipOf } from '../../../test/fixtures/byteStreams';
import { importMemory } from '../../../test/fixtures/importSources';
import { FormatError } from '../../base/errors';
import { openZipMember, readZipDirectory } from '../../formats/zip';
import { expandArchives } from './archives';
import { memoryByteSource } from './byteSources';

const ITEMS = '{"id":1,"title":"Lamp"}\n';
const SEQUENCES = '{"user":1,"items":[1,1,1]}\n';
const LONG = `deep/${'folder-with-a-long-name/'.repeat(9)}items.jsonl`;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The same files by three writers. */
const archives = new Map<string, Uint8Array>();
const noise = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251);

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'archives-'));
  const files = {
    'shop/items.jsonl': text(ITEMS),
    'shop/sequences.jsonl': text(SEQUENCES),
    'shop/noise.bin': noise,
    [LONG]: text(ITEMS),
  };
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  for (const format of ['gnu', 'pax']) {
    execFileSync('tar', ['-C', folder, `--format=${format}`, '-cf', join(folder, 'a.tar'), 'shop', 'deep']);
    archives.set(`${format}.tar`, new Uint8Array(readFileSync(join(folder, 'a.tar'))));
  }
  archives.set('packed.tar.gz', await gzipOf(archives.get('gnu.tar') ?? ''));
  const zippable: Zippable = { ...files, 'shop/items.jsonl': [text(ITEMS), { level: 0 }] };
  archives.set('z.zip', zipSync(zippable));
  rmSync(folder, { recursive: true });
});

describe('archives', () => {
  it.each(['gnu.tar', 'pax.tar', 'packed.tar.gz', 'z.zip'])('%s becomes the files inside', async (name) => {
    const sources = await expandArchives([memoryByteSource(name, archives.get(name) ?? '')]);
    const stem = name.replace(/\..*/, '');
    expect(sources.map((source) => source.name).sort()).toEqual(
      [LONG, 'shop/items.jsonl', 'shop/noise.bin', 'shop/sequences.jsonl'].map((path) => `${stem}/${path}`),
    );
    // Out of order, twice, and from a place inside.
    for (const source of [...sources].reverse()) {
      const wanted = source.name.endsWith('noise.bin')
        ? noise
        : text(source.name.endsWith('items.jsonl') ? ITEMS : SEQUENCES);
      expect(source.sizeBytes).toBe(wanted.length);
      expect(await collect(await source.open())).toEqual(wanted.slice());
      expect(await collect(await source.open(5))).toEqual(wanted.slice(5));
    }
  });

  it('imports a data folder from an archive, named by its folder', async () => {
    const zip = zipSync({
      'shop/items.jsonl': text(ITEMS),
      'shop/sequences.jsonl': text(SEQUENCES),
      '__MACOSX/x': text(''),
    });
    const { candidates, unrecognised, sinks } = await importMemory({ 'download.zip': zip, 'b.zip': 'no archive' });
    expect(candidates).toMatchObject([{ format: 'tessera', domainName: 'shop' }]);
    expect(unrecognised).toEqual(['b.zip']);
    expect(sinks[0]?.counts()).toEqual({ users: 1, items: 1, interactions: 3 });
  });

  it('refuses hostile and broken zips', async () => {
    const bomb = zipSync({ 'items.jsonl': new Uint8Array(2 ** 24) });
    const [member] = await expandArchives([memoryByteSource('bomb.zip', bomb)]);
    await expect(collect(await (member?.open() ?? Promise.reject()))).rejects.toMatchObject({ code: 'gzip/ratio' });

    const zip = zipSync({ a: text('hello'), b: text('world') });
    const view = new DataView(zip.buffer);
    const directory = view.getUint32(zip.length - 6, true);
    const changed = (at: number, value: number): Uint8Array => {
      const copy = zip.slice();
      new DataView(copy.buffer).setUint32(directory + at, value, true);
      return copy;
    };
    const secondEntry = 46 + 1;
    const cases: [string, Uint8Array][] = [
      ['zip/corrupt', zip.subarray(0, -1)],
      ['zip/corrupt', zip.subarray(0, 40)],
      // Both files at one place, and one beyond the directory.
      ['zip/corrupt', changed(secondEntry + 42, 0)],
      ['zip/corrupt', changed(secondEntry + 42, zip.length)],
      ['zip/unsupported', changed(10, 99)],
      ['zip/unsupported', changed(8, 1)],
    ];
    for (const [code, bytes] of cases) {
      await expect(expandArchives([memoryByteSource('a.zip', bytes)])).rejects.toMatchObject({ code });
    }
    // The directory's size is not that of the content.
    const [longer] = await expandArchives([memoryByteSource('a.zip', changed(24, 6))]);
    await expect(collect(await (longer?.open() ?? Promise.reject()))).rejects.toMatchObject({ code: 'zip/corrupt' });
  });

  it('refuses broken tars', async () => {
    const whole = archives.get('gnu.tar') ?? new Uint8Array(0);
    const cut = expandArchives([memoryByteSource('a.tar', whole.subarray(0, 10_000))]);
    await expect(cut).rejects.toMatchObject({ code: 'tar/corrupt' });
    expect(await expandArchives([memoryByteSource('a.tar', 'words')])).toHaveLength(1);
  });

  it('throws only FormatError on broken bytes (1,000 cases each)', async () => {
    const tar = (archives.get('pax.tar') ?? new Uint8Array(0)).subarray(0, 20_000);
    const zip = zipSync({ a: text('hello hello hello'), 'b/c': text('world') });
    const reads = async (name: string, bytes: Uint8Array): Promise<void> => {
      for (const source of await expandArchives([memoryByteSource(name, bytes)])) await collect(await source.open());
    };
    const hit = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }), cut: fc.nat({ max: 3000 }) });
    for (const [name, whole] of [
      ['a.tar', tar],
      ['a.zip', zip],
    ] as const) {
      await fc.assert(
        fc.asyncProperty(hit, async ({ at, value, cut }) => {
          const bytes = whole.slice(0, Math.max(1, whole.length - (cut % 3 === 0 ? cut : 0)));
          bytes[at % bytes.length] = value;
          await reads(name, bytes).catch((error: unknown) => {
            if (!(error instanceof FormatError)) throw error;
          });
        }),
        { numRuns: 1000 },
      );
    }
  });

  it('reads zip64 sizes', async () => {
    // One stored file whose sizes and offset stand in the zip64 field, as large archives have them.
    const content = text('hi');
    const local = [0x50, 0x4b, 3, 4, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 97];
    const wide = (value: number) => [value, 0, 0, 0, 0, 0, 0, 0];
    const all = [255, 255, 255, 255];
    const entry = [
      0x50,
      0x4b,
      1,
      2,
      45,
      0,
      45,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...all,
      ...all,
      1,
      0,
      28,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...all,
      97,
    ];
    const extra = [1, 0, 24, 0, ...wide(2), ...wide(2), ...wide(0)];
    const start = local.length + 2;
    const size = entry.length + extra.length;
    const record = [
      0x50,
      0x4b,
      6,
      6,
      ...wide(44),
      45,
      0,
      45,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...wide(1),
      ...wide(1),
      ...wide(size),
      ...wide(start),
    ];
    const locator = [0x50, 0x4b, 6, 7, 0, 0, 0, 0, ...wide(start + size), 1, 0, 0, 0];
    const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 255, 255, 255, 255, ...all, ...all, 0, 0];
    const bytes = Uint8Array.of(...local, ...content, ...entry, ...extra, ...record, ...locator, ...end);
    const input = {
      file: 'a.zip',
      sizeBytes: bytes.length,
      slice: async (from: number, to: number) => bytes.slice(from, to),
    };
    const [member] = await readZipDirectory(input);
    expect(member).toMatchObject({ name: 'a', sizeBytes: 2, method: 'stored' });
    if (member !== undefined) expect(await collect(await openZipMember(input, member))).toEqual(content.slice());
  });
});

afterAll(() => archives.clear());
