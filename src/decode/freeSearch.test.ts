import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING } from '../tensor/ops/beam';
import { freeGraph, itemOf, tokensOfBeam } from './freeSearch';
import { beamSearchReference, exhaustiveSearch, type PrefixLogits } from './reference';
import { buildTrie } from './trie';

describe('itemOf', () => {
  it('finds every item of a catalogue and nothing else', () => {
    const identifiers = fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), {
      minLength: 1,
      maxLength: 40,
      selector: (tokens) => tokens.join(),
    });
    fc.assert(
      fc.property(identifiers, (items) => {
        const trie = buildTrie(Uint32Array.from(items.flat()), 3);
        const known = new Map(items.map((tokens, item) => [tokens.join(), item]));
        for (let code = 0; code < 216; code++) {
          const tokens = [Math.floor(code / 36), Math.floor(code / 6) % 6, code % 6];
          expect(itemOf(trie, tokens)).toBe(known.get(tokens.join()) ?? NOTHING);
        }
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe('freeGraph', () => {
  it('allows every sequence: the reference search over it scores as an exhaustive search over all of them', () => {
    const logits: PrefixLogits = (prefix) =>
      [1, 2, 3].map((token) => Math.sin(token * 7 + prefix.length + 3 * (prefix.at(-1) ?? 5)));
    const every = Uint32Array.from(
      Array.from({ length: 27 }, (_, at) => [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3]).flat(),
    );
    const all = exhaustiveSearch(every, 3, logits);
    const found = beamSearchReference(freeGraph(3, 3), 27, logits);
    found.scores.forEach((score, rank) => {
      expect(score).toBeCloseTo(all.scores[rank] ?? Number.NaN, 12);
    });
    expect(found.items).toEqual(new Array(27).fill(NOTHING));
  });
});

describe('tokensOfBeam', () => {
  it('walks back through the parents of the user at hand', () => {
    const steps = [
      { tokens: Uint32Array.of(5, 6, 15, 16), parents: Uint32Array.of(0, 0, 0, 0) },
      { tokens: Uint32Array.of(7, 8, 9, 17, 18, 19), parents: Uint32Array.of(1, 0, 1, 0, 1, 1) },
    ];
    expect([0, 1, 2].map((beam) => tokensOfBeam(steps, 2, 0, beam))).toEqual([
      [6, 7],
      [5, 8],
      [6, 9],
    ]);
    expect([0, 1, 2].map((beam) => tokensOfBeam(steps, 2, 1, beam))).toEqual([
      [15, 17],
      [16, 18],
      [16, 19],
    ]);
  });
});
