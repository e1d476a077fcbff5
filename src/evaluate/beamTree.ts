/**
 * One beam search as the tree that the Demo draws (figure V4): which prefixes each step kept, what it pruned, and where the
 * model's probability went. For every prefix that a step begins with, the shares of its next token add up:
 * kept + pruned + impossible = 1, impossible being what lies on tokens that no item has there. Over a whole step, with what
 * earlier steps dropped: kept + pruned + impossible + lost before = 1. All probabilities are the model's own, whatever
 * temperature the search preferred by.
 */

/** A child of a prefix, as decode/openedSearch finds it. */
export interface SearchCandidate {
  /** Prefix of the step that it extends, and the token that it adds. */
  readonly parent: number;
  readonly token: number;
  /** The model's log p of the token after its prefix, and of all tokens so far. */
  readonly tokenLogProbability: number;
  readonly logProbability: number;
  /** What the search ranks by: as `logProbability`, with the temperature. */
  readonly score: number;
  /** Place among the beams of the next step; null if it was pruned. */
  readonly place: number | null;
}

export interface SearchStep {
  /** Tokens of the prefixes that the step begins with, best first. */
  readonly beams: readonly (readonly number[])[];
  /** All children, best score first. */
  readonly candidates: readonly SearchCandidate[];
  /** Of each prefix: how much of the model's probability is on tokens that no item has after it; 0 … 1. */
  readonly impossible: readonly number[];
  /** Of each prefix: entropy of the model's next-token distribution over the whole vocabulary, in nats. */
  readonly entropy: readonly number[];
}

/** A prefix that a step kept. */
export interface BeamNode {
  /** Place of the prefix it grew from among those that the step began with. */
  readonly parent: number;
  readonly token: number;
  readonly tokenLogProbability: number;
  readonly logProbability: number;
  readonly score: number;
}

/** A pruned child. */
export interface BeamStub extends BeamNode {
  /** Place among all candidates of the step, from 1. */
  readonly rank: number;
}

/** Where the probability of one prefix's next token goes; the three shares add up to 1. */
export interface ParentShares {
  readonly kept: number;
  readonly pruned: number;
  readonly impossible: number;
  /** Children that were pruned. */
  readonly prunedCount: number;
  /** Of the next-token distribution, in nats. */
  readonly entropy: number;
}

export interface BeamStep {
  /** Of each prefix that the step began with, best first. */
  readonly parents: readonly ParentShares[];
  /** Kept prefixes, best first: their index is their place. */
  readonly nodes: readonly BeamNode[];
  /** The best of the pruned children, best first. */
  readonly stubs: readonly BeamStub[];
  /** Children in all, kept and pruned. */
  readonly candidates: number;
}

/** What became of the true next item's identifier. */
export interface TargetPath {
  readonly tokens: readonly number[];
  /** Its place among the candidates of each step, from 1, as far as its prefix was kept. */
  readonly ranks: readonly number[];
  /** Step that pruned it, from 0; null if it was kept to the end. */
  readonly lostAt: number | null;
  /** The pruned child itself; null if it was kept. */
  readonly stub: BeamStub | null;
  /** How much its score lacked to the last prefix that was kept; 0 if it was not lost. */
  readonly gap: number;
}

export interface BeamTree {
  readonly steps: readonly BeamStep[];
  readonly target: TargetPath | null;
}

/**
 * @param target tokens of the true next item; null if there is none
 * @param stubsPerStep pruned children that are told of each step; all can be asked for with `prunedOf`
 */
export function beamTree(
  steps: readonly SearchStep[],
  target: readonly number[] | null,
  stubsPerStep: number,
): BeamTree {
  return {
    steps: steps.map((step) => ({
      parents: step.beams.map((_, parent) => sharesOf(step, parent)),
      nodes: keptOf(step),
      stubs: stubsOf(step).slice(0, stubsPerStep),
      candidates: step.candidates.length,
    })),
    target: target && targetPath(steps, target),
  };
}

/** Every pruned child of one prefix, best first. */
export const prunedOf = (step: SearchStep, parent: number): BeamStub[] =>
  stubsOf(step).filter((stub) => stub.parent === parent);

const plain = ({ parent, token, tokenLogProbability, logProbability, score }: SearchCandidate): BeamNode => ({
  parent,
  token,
  tokenLogProbability,
  logProbability,
  score,
});

function keptOf({ candidates }: SearchStep): BeamNode[] {
  const nodes: BeamNode[] = [];
  for (const candidate of candidates) if (candidate.place !== null) nodes[candidate.place] = plain(candidate);
  return nodes;
}

const stubsOf = ({ candidates }: SearchStep): BeamStub[] =>
  candidates.flatMap((candidate, at) => (candidate.place === null ? [{ ...plain(candidate), rank: at + 1 }] : []));

function sharesOf({ candidates, impossible, entropy }: SearchStep, parent: number): ParentShares {
  let kept = 0;
  let pruned = 0;
  let prunedCount = 0;
  for (const candidate of candidates) {
    if (candidate.parent !== parent) continue;
    const share = Math.exp(candidate.tokenLogProbability);
    if (candidate.place !== null) kept += share;
    else {
      pruned += share;
      prunedCount++;
    }
  }
  return { kept, pruned, impossible: impossible[parent] ?? 0, prunedCount, entropy: entropy[parent] ?? 0 };
}

function targetPath(steps: readonly SearchStep[], tokens: readonly number[]): TargetPath {
  const ranks: number[] = [];
  let parent = 0;
  for (const [t, { candidates }] of steps.entries()) {
    const at = candidates.findIndex((candidate) => candidate.parent === parent && candidate.token === tokens[t]);
    const found = candidates[at];
    if (!found) break;
    ranks.push(at + 1);
    if (found.place === null) {
      const last = candidates.findLast(({ place }) => place !== null);
      const stub = { ...plain(found), rank: at + 1 };
      return { tokens, ranks, lostAt: t, stub, gap: last ? last.score - found.score : 0 };
    }
    parent = found.place;
  }
  return { tokens, ranks, lostAt: null, stub: null, gap: 0 };
}

/** Where a step's probability went, as shares of all; they add up to 1. */
export interface StepMass {
  readonly kept: number;
  readonly pruned: number;
  readonly impossible: number;
  /** Dropped by earlier steps. */
  readonly before: number;
}

export function stepMasses({ steps }: Pick<BeamTree, 'steps'>): StepMass[] {
  let masses = [1];
  return steps.map(({ parents, nodes }) => {
    const total = (share: (of: ParentShares) => number): number =>
      parents.reduce((sum, parent, at) => sum + (masses[at] ?? 0) * share(parent), 0);
    const before = 1 - masses.reduce((sum, mass) => sum + mass, 0);
    const step = {
      kept: total(({ kept }) => kept),
      pruned: total(({ pruned }) => pruned),
      impossible: total(({ impossible }) => impossible),
      before,
    };
    masses = nodes.map(({ logProbability }) => Math.exp(logProbability));
    return step;
  });
}

/** Tokens of the prefix at `place` after `step` (from 0). */
export function prefixOf({ steps }: Pick<BeamTree, 'steps'>, step: number, place: number): number[] {
  const path: number[] = [];
  let at = place;
  for (let t = step; t >= 0; t--) {
    const node = steps[t]?.nodes[at];
    if (!node) break;
    path.push(node.token);
    at = node.parent;
  }
  return path.reverse();
}
