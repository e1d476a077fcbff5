import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mixSeed, normalArray } from '../base/random';
import { DEAD_SCORE, NOTHING } from '../tensor/ops/beam';
import { beamSearchReference, exhaustiveSearch } from './reference';
import { buildTrie } from './trie';

const VOCABULARY = 6;
const catalogues = fc.record({
  identifiers: fc.integer({ min: 1, max: 4 }).chain((depth) =>
    fc.uniqueArray(fc.array(fc.integer({ min: 0, max: VOCABULARY - 1 }), { minLength: depth, maxLength: depth }), {
      minLength: 1,
      maxLength: 64,
      selector: (tokens) => tokens.join(),
    }),
  ),
  seed: fc.nat(),
});
/** Logits that are a fixed function of the whole prefix. */
const hashedLogits = (seed: number) => (prefix: readonly number[]) =>
  normalArray(VOCABULARY, mixSeed(seed, prefix.length, ...prefix), 2);

describe('beamSearchReference', () => {
  it('ranks like exhaustive search when the width is the catalogue size', () => {
    fc.assert(
      fc.property(catalogues, ({ identifiers, seed }) => {
        const flat = Uint32Array.from(identifiers.flat());
        const depth = identifiers[0]?.length ?? 1;
        const logits = hashedLogits(seed);
        const beam = beamSearchReference(buildTrie(flat, depth), identifiers.length, logits);
        const all = exhaustiveSearch(flat, depth, logits);
        expect(beam.items).toEqual(all.items);
        for (const [i, score] of beam.scores.entries())
          expect(Math.abs(score - (all.scores[i] ?? 0))).toBeLessThan(1e-9);
      }),
      { numRuns: 2000 },
    );
  });

  it('returns distinct real items in descending order at any width, and dead beams beyond the catalogue', () => {
    fc.assert(
      fc.property(catalogues, fc.integer({ min: 1, max: 70 }), ({ identifiers, seed }, width) => {
        const trie = buildTrie(Uint32Array.from(identifiers.flat()), identifiers[0]?.length ?? 1);
        const { items, scores } = beamSearchReference(trie, width, hashedLogits(seed));
        const live = items.filter((item) => item !== NOTHING);
        expect(items.length).toBe(width);
        expect(new Set(live).size).toBe(live.length);
        expect(live.every((item) => item < identifiers.length)).toBe(true);
        expect(live.length).toBeLessThanOrEqual(Math.min(width, identifiers.length));
        expect(items.slice(live.length).every((item) => item === NOTHING)).toBe(true);
        expect(scores.slice(live.length).every((score) => score === DEAD_SCORE)).toBe(true);
        expect(scores.every((score, i) => i === 0 || score <= (scores[i - 1] ?? 0))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('prefers the smaller beam and token when all logits are equal', () => {
    const trie = buildTrie(Uint32Array.of(2, 1, 0, 3, 2, 0, 0, 1), 2);
    expect(beamSearchReference(trie, 4, () => new Float64Array(4)).items).toEqual([3, 1, 2, 0]);
  });
});
