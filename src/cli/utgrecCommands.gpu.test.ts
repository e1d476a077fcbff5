import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCheckpoint } from '../train/checkpoint';
import { DOMAIN_ITEMS, DOMAINS, shop, tinyUtgrec } from '../train/utgrecRun.fixture';
import { decodePicture } from './decodePicture';
import { main } from './main';

const folder = mkdtempSync(path.join(tmpdir(), 'tessera-utgrec-'));
const file = (name: string): string => path.join(folder, name);
const SIDE = 8;

async function tessera(...argv: string[]): Promise<{ status: number; said: Record<string, unknown>[] }> {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    const status = await main([...argv, '--json']);
    const lines = printed.join('').split('\n').filter(Boolean);
    return { status, said: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
  } finally {
    spy.mockRestore();
  }
}

const square = (colour: string): Promise<Buffer> =>
  sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: colour } })
    .png()
    .toBuffer();

/** The fixture's shop as a folder of files; the second item's picture is no picture. */
beforeAll(async () => {
  const { dataset } = shop();
  const lines = (values: readonly object[]): Buffer =>
    gzipSync(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  const items = dataset.items.titles.map((title, id) => ({
    id,
    title,
    domain: DOMAINS[Math.floor(id / DOMAIN_ITEMS)],
  }));
  const { offsets, items: events } = dataset.sequences;
  const users = dataset.users.map((_, user) => ({
    user,
    items: [...events.subarray(offsets[user], offsets[user + 1])],
  }));
  writeFileSync(file('items.jsonl.gz'), lines(items));
  writeFileSync(file('sequences.jsonl.gz'), lines(users));
  const pictures = [await square('red'), Buffer.from('no picture'), await square('blue'), await square('#123456')];
  const index: Record<string, [number, number]> = {};
  let bytes = 0;
  for (const [id, { length }] of pictures.entries()) {
    index[id] = [bytes, length];
    bytes += length;
  }
  writeFileSync(file('images.bin'), Buffer.concat(pictures));
  writeFileSync(
    file('images.json'),
    JSON.stringify({ width: SIDE, height: SIDE, format: 'png', bytes, count: 4, index }),
  );
  writeFileSync(file('config.json'), JSON.stringify(tinyUtgrec()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('tessera with a UTGRec configuration', () => {
  it('pre-trains, transfers, tests beside the reference points, evaluates again and recommends', async () => {
    const { status, said } = await tessera('train', file('config.json'), '--data', folder, '--out', file('run'));
    expect(said.filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(status).toBe(0);
    const named = said.filter(({ kind }) => kind === 'tokenizer');
    expect(named.map(({ name }) => name)).toEqual(['pre-trained tokenizer', 'tokenizer']);
    // The pictures lie in the first domain, which is pre-trained on; one of the four does not decode.
    expect(named.map(({ brokenPictures }) => brokenPictures)).toEqual([1, 0]);
    const tests = said.filter(({ kind, split }) => kind !== 'metrics' && split === 'test');
    expect(tests.map(({ name }) => name)).toContain('UTGRec');
    expect(tests.map(({ name }) => name)).toContain('Most-popular');
    const again = await tessera('evaluate', '--data', folder, '--out', file('run'));
    expect(again.status).toBe(0);
    const metricsOf = (lines: typeof said) =>
      lines.findLast(({ name, split }) => name === 'UTGRec' && split === 'test');
    expect(metricsOf(again.said)?.['metrics']).toEqual(metricsOf(said)?.['metrics']);
    const found = await tessera(
      'recommend',
      '--data',
      folder,
      '--out',
      file('run'),
      '--history',
      '40,43,46',
      '--count',
      '3',
    );
    const recommended = found.said.filter(({ kind }) => kind === 'recommendation');
    expect(recommended).toHaveLength(3);
    for (const { id } of recommended) expect(Number(id)).toBeGreaterThanOrEqual(2 * DOMAIN_ITEMS);
  });

  it('refuses a history of another domain’s item and another configuration in the same folder', async () => {
    const foreign = await tessera('recommend', '--data', folder, '--out', file('run'), '--history', '3');
    expect(foreign.status).not.toBe(0);
    const config = tinyUtgrec({ recommender: { width: 8 } });
    writeFileSync(file('other.json'), JSON.stringify({ ...config, seed: 1 }));
    const before = readFileSync(path.join(file('run'), 'tokenizer.safetensors'));
    const other = await tessera('train', file('other.json'), '--data', folder, '--out', file('run'));
    expect(other.status).not.toBe(0);
    expect(readFileSync(path.join(file('run'), 'tokenizer.safetensors'))).toEqual(before);
    expect(readCheckpoint(new Uint8Array(before), 'tokenizer').arrays.get('codes')).toHaveLength(DOMAIN_ITEMS * 3);
  });
});

describe('decodePicture', () => {
  it('covers a square of RGB bytes, transparent parts on white; null for what is no picture', async () => {
    const half = await sharp({
      create: { width: 4, height: 8, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect([...((await decodePicture(half, 'png', 2)) ?? [])]).toEqual(new Array(12).fill(255));
    const red = await decodePicture(await square('red'), 'png', 2);
    expect([...(red ?? []).slice(0, 3)]).toEqual([255, 0, 0]);
    expect(await decodePicture(new TextEncoder().encode('text'), 'png', 2)).toBeNull();
  });

  it('does not unpack a picture of more pixels than allowed', async () => {
    const bomb = await sharp({ create: { width: 5000, height: 5000, channels: 3, background: 'white' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(bomb.length).toBeLessThan(200_000);
    expect(await decodePicture(bomb, 'png', 2)).toBeNull();
  });
});
