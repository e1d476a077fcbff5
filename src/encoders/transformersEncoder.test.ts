import { describe, expect, it } from 'vitest';
import { CancelledError, FormatError, UnsupportedError } from '../base/errors';
import { createTransformersEncoder, DEFAULT_TRANSFORMERS_MODEL, type LoadedTransformer } from './transformersEncoder';

/** A stand-in network: position t of a text has the state (code of its t-th letter, 1). */
function letterNetwork(outputs: 'states' | 'sentences' | 'none'): LoadedTransformer & { isDisposed: boolean } {
  let [batch, positions] = [0, 0];
  return {
    isDisposed: false,
    tokenize(texts) {
      [batch, positions] = [texts.length, Math.max(...texts.map((text) => text.length))];
      const codes = texts.flatMap((text) => Array.from({ length: positions }, (_, t) => text.charCodeAt(t) || 0));
      return {
        input_ids: { data: codes },
        attention_mask: { data: BigInt64Array.from(codes, (code) => (code === 0 ? 0n : 1n)) },
      };
    },
    run(inputs) {
      const codes = Array.from(inputs.input_ids?.data ?? [], Number);
      const states = { dims: [batch, positions, 2], data: codes.flatMap((code) => [code, 1]) };
      const sentences = {
        dims: [batch, 3],
        data: codes.filter((_, i) => i % positions === 0).flatMap((c) => [c, 0, 7]),
      };
      const all = { states: { last_hidden_state: states }, sentences: { sentence_embedding: sentences }, none: {} };
      return Promise.resolve(all[outputs]);
    },
    dispose() {
      this.isDisposed = true;
    },
  };
}

describe('transformers sentence encoder', () => {
  it('pools token states by mean, without padding, to length 1, in the order of the texts', async () => {
    const encoder = await createTransformersEncoder({ load: async () => letterNetwork('states') });
    expect(encoder.width).toBe(2);
    const texts = Array.from({ length: 40 }, (_, i) => 'abcdefg'.slice(i % 5, (i % 5) + 1 + (i % 3)));
    const calls: [number, number][] = [];
    const vectors = await encoder.encode(texts, (done, total) => calls.push([done, total]));
    texts.forEach((text, i) => {
      const mean = [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) / text.length;
      expect(vectors[2 * i]).toBeCloseTo(mean / Math.hypot(mean, 1), 6);
      expect(vectors[2 * i + 1]).toBeCloseTo(1 / Math.hypot(mean, 1), 6);
    });
    expect(calls).toEqual([
      [16, 40],
      [32, 40],
      [40, 40],
    ]);
  });

  it('takes the sentence embedding as it is when the export has one', async () => {
    const encoder = await createTransformersEncoder({ load: async () => letterNetwork('sentences') });
    expect(encoder.width).toBe(3);
    expect([...(await encoder.encode(['b', 'a']))]).toEqual([98, 0, 7, 97, 0, 7]);
    expect(await encoder.encode([])).toHaveLength(0);
  });

  it('refuses a model without embeddings and frees it', async () => {
    const network = letterNetwork('none');
    await expect(createTransformersEncoder({ load: async () => network })).rejects.toBeInstanceOf(FormatError);
    expect(network.isDisposed).toBe(true);
  });

  it('stops when cancelled', async () => {
    const encoder = await createTransformersEncoder({ load: async () => letterNetwork('states') });
    const stop = new AbortController();
    const texts = Array.from({ length: 64 }, () => 'abc');
    const running = encoder.encode(texts, () => stop.abort(), stop.signal);
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });

  it('names the model and keeps the cause when the network is not there', async () => {
    const cause = new TypeError('fetch failed');
    const creating = createTransformersEncoder({ load: () => Promise.reject(cause) });
    await expect(creating).rejects.toBeInstanceOf(UnsupportedError);
    await expect(creating).rejects.toMatchObject({ code: 'encoders/transformersUnavailable', cause });
    await expect(creating).rejects.toThrow(`${DEFAULT_TRANSFORMERS_MODEL} from the network`);
  });

  it('gives the same error through the real library when the local folder has no such model', async () => {
    const creating = createTransformersEncoder({ model: 'no-such-model', localFolder: './no-such-folder/' });
    await expect(creating).rejects.toMatchObject({ code: 'encoders/transformersUnavailable' });
    await expect(creating).rejects.toThrow(/no-such-model from the folder .*no-such-folder.*(config|tokenizer)/);
  });
});
