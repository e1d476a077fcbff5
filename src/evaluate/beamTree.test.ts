import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BeamTree,
  beamTree,
  prefixOf,
  prunedOf,
  type SearchCandidate,
  type SearchStep,
  stepMasses,
} from './beamTree';

/** Places among the best `width` candidates, as a search gives them. */
function stepOf(
  beams: readonly { readonly tokens: readonly number[]; readonly logProbability: number }[],
  children: readonly (readonly [parent: number, token: number, probability: number])[],
  impossible: readonly number[],
  width: number,
): SearchStep {
  const candidates = children
    .map(([parent, token, probability]): Omit<SearchCandidate, 'place'> => {
      const tokenLogProbability = Math.log(probability);
      const logProbability = (beams[parent]?.logProbability ?? 0) + tokenLogProbability;
      return { parent, token, tokenLogProbability, logProbability, score: logProbability };
    })
    .sort((a, b) => b.score - a.score)
    .map((candidate, at) => ({ ...candidate, place: at < width ? at : null }));
  return { beams: beams.map(({ tokens }) => tokens), candidates, impossible, entropy: beams.map(() => 0.5) };
}

const ROOT = [{ tokens: [], logProbability: 0 }];
const first = stepOf(
  ROOT,
  [
    [0, 1, 0.5],
    [0, 2, 0.2],
    [0, 3, 0.1],
  ],
  [0.2],
  2,
);
const second = stepOf(
  [
    { tokens: [1], logProbability: Math.log(0.5) },
    { tokens: [2], logProbability: Math.log(0.2) },
  ],
  [
    [0, 8, 0.3],
    [0, 9, 0.6],
    [1, 9, 0.9],
  ],
  [0.1, 0.1],
  2,
);

describe('the tree of a beam search', () => {
  it('keeps the best prefixes in their order and tells the pruned ones with their place', () => {
    const { steps } = beamTree([first, second], null, 5);
    expect(steps[0]?.nodes.map(({ token }) => token)).toEqual([1, 2]);
    expect(steps[0]?.stubs).toMatchObject([{ token: 3, rank: 3, parent: 0 }]);
    expect(steps[1]?.nodes.map(({ parent, token }) => [parent, token])).toEqual([
      [0, 9],
      [1, 9],
    ]);
    expect(steps[1]?.candidates).toBe(3);
    expect(prunedOf(second, 0)).toMatchObject([{ token: 8, rank: 3 }]);
    expect(prunedOf(second, 1)).toEqual([]);
    expect(beamTree([first], null, 0).steps[0]?.stubs).toEqual([]);
  });

  it('splits the probability of every prefix into kept, pruned and impossible', () => {
    const [start, next] = beamTree([first, second], null, 5).steps;
    expect(start?.parents[0]?.kept).toBeCloseTo(0.7, 12);
    expect(start?.parents[0]?.pruned).toBeCloseTo(0.1, 12);
    expect(start?.parents[0]?.impossible).toBe(0.2);
    expect(next?.parents.map(({ prunedCount }) => prunedCount)).toEqual([1, 0]);
    const [one, two] = stepMasses(beamTree([first, second], null, 5));
    expect(one?.before).toBeCloseTo(0, 12);
    expect(one?.kept).toBeCloseTo(0.7, 12);
    // 0.5 · 0.6 + 0.2 · 0.9, 0.5 · 0.3, 0.5 · 0.1 + 0.2 · 0.1, and 0.3 that the first step dropped.
    expect(two?.kept).toBeCloseTo(0.48, 12);
    expect(two?.pruned).toBeCloseTo(0.15, 12);
    expect(two?.impossible).toBeCloseTo(0.07, 12);
    expect(two?.before).toBeCloseTo(0.3, 12);
  });

  it('says where the true item was lost, and how narrowly', () => {
    expect(beamTree([first, second], [1, 9], 5).target).toMatchObject({ ranks: [1, 1], lostAt: null, gap: 0 });
    const lost = beamTree([first, second], [1, 8], 5).target;
    expect(lost).toMatchObject({ ranks: [1, 3], lostAt: 1, stub: { token: 8, rank: 3 } });
    expect(lost?.gap).toBeCloseTo(Math.log(0.2 * 0.9) - Math.log(0.5 * 0.3), 12);
    expect(beamTree([first, second], [3, 1], 5).target).toMatchObject({ ranks: [3], lostAt: 0 });
  });

  it('walks a prefix back to the root', () => {
    const tree = beamTree([first, second], null, 5);
    expect(prefixOf(tree, 1, 1)).toEqual([2, 9]);
    expect(prefixOf(tree, 0, 0)).toEqual([1]);
  });

  it('loses no probability, whatever the search', () => {
    const shares = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(shares, { minLength: 3, maxLength: 3 }), fc.integer({ min: 1, max: 4 }), (draws, width) => {
        const steps: SearchStep[] = [];
        let beams: { tokens: number[]; logProbability: number }[] = [{ tokens: [], logProbability: 0 }];
        for (const draw of draws) {
          const total = draw.reduce((sum, value) => sum + value, 0);
          // The last share is the impossible one.
          const children = beams.flatMap((_, parent) =>
            draw.slice(0, -1).map((value, token) => [parent, token, value / total] as const),
          );
          const step = stepOf(
            beams,
            children,
            beams.map(() => (draw.at(-1) ?? 0) / total),
            width,
          );
          steps.push(step);
          beams = step.candidates
            .filter(({ place }) => place !== null)
            .map(({ parent, token, logProbability }) => ({
              tokens: [...(beams[parent]?.tokens ?? []), token],
              logProbability,
            }));
        }
        const tree: BeamTree = beamTree(steps, null, 3);
        for (const { parents } of tree.steps)
          for (const { kept, pruned, impossible } of parents) expect(kept + pruned + impossible).toBeCloseTo(1, 9);
        for (const { kept, pruned, impossible, before } of stepMasses(tree))
          expect(kept + pruned + impossible + before).toBeCloseTo(1, 9);
      }),
    );
  });
});
