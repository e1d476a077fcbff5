/**
 * Beam search over a trie (or a graph that allows everything, freeSearch.ts) traced as one program: all steps of all users are one submit, and only the ranked items come
 * back. The first step runs on one row a user (a root needs one beam); from then on a step has as many beams as there
 * are prefixes of that length, at most `beamWidth`. Beams without a real prefix are dead and end as NOTHING.
 */
import { ConfigError } from '../base/errors';
import { requireDtype, requireShapes, type Tensor } from '../tensor/graph';
import { beamAncestors, beamItems, beamStep, type TrieTensors } from '../tensor/ops/beam';
import { constant } from '../tensor/ops/leaves';
import { MAX_BEAMS } from '../tensor/ops/topK';
import { reshape } from '../tensor/ops/views';
import type { Trie } from './trie';

/** Sizes of a trie that the program is traced for. A program may serve every trie within them (arrays padded alike). */
export type TrieBounds = Pick<Trie, 'depth' | 'nodesAtDepth' | 'maxChildren'>;

export interface DecodeStepInput {
  /** 0 … steps − 1. */
  readonly t: number;
  readonly users: number;
  /** Beams a user in this step; rows = users · beams, beams of one user adjacent. */
  readonly beams: number;
  /** u32 [rows]: the token to feed, the start token when t is 0. */
  readonly tokens: Tensor;
  /** u32 [rows, t + 1]: for each earlier step and this one, the row of that step's cache which belongs to the beam. */
  readonly ancestors: Tensor;
}

/** Runs the decoder on the newest token of each beam: logits [rows, V'] and a cache that includes this step. */
export type DecodeStep<Cache> = (
  input: DecodeStepInput,
  cache: Cache,
) => { readonly logits: Tensor; readonly cache: Cache };

export interface BeamSearchOptions<Cache> {
  readonly users: number;
  /** Items returned a user, 1 to 64. */
  readonly beamWidth: number;
  readonly trie: TrieTensors;
  readonly bounds: TrieBounds;
  /** Fed in step 0: one token for all users, or u32 [users]. */
  readonly startToken: number | Tensor;
  /** Columns of the logits that are the vocabulary; all by default. */
  readonly vocabulary?: number;
  /** Cache before the first step, e.g. empty lists of keys and values. */
  readonly cache: Cache;
  readonly decodeStep: DecodeStep<Cache>;
}

export interface BeamSearchResult {
  /** u32 [users, beamWidth], best first; NOTHING where a beam is dead. */
  readonly items: Tensor;
  /** f32 [users, beamWidth] sums of log-probabilities, descending; DEAD_SCORE where a beam is dead. */
  readonly scores: Tensor;
  /** What each step kept, for walking back along a beam, and the logits it chose by. */
  readonly steps: readonly KeptStep[];
}

/** u32 [users, beams] each, as from `beamStep`. */
export interface KeptStep {
  readonly tokens: Tensor;
  readonly parents: Tensor;
  /** f32 [users · beams before the step, V'] */
  readonly logits: Tensor;
}

/** Beams a user before each step and after the last. */
export function beamSchedule(bounds: TrieBounds, beamWidth: number): number[] {
  const inner = Array.from({ length: bounds.depth - 1 }, (_, t) =>
    Math.max(1, Math.min(beamWidth, bounds.nodesAtDepth[t + 1] ?? 0)),
  );
  return [1, ...inner, beamWidth];
}

/**
 * Traces a whole generation. Call it inside a step function and return its tensors as outputs.
 * @throws ConfigError `decode/beams` for a width outside 1 … 64, ShapeError from the ops
 */
export function traceBeamSearch<Cache>(options: BeamSearchOptions<Cache>): BeamSearchResult {
  const { users, beamWidth, trie, bounds, decodeStep } = options;
  if (!Number.isInteger(beamWidth) || beamWidth < 1 || beamWidth > MAX_BEAMS)
    throw new ConfigError('decode/beams', `beam search: wanted a width from 1 to ${MAX_BEAMS}, got ${beamWidth}.`);
  const schedule = beamSchedule(bounds, beamWidth);
  let tokens = startTokens(options.startToken, users);
  let scores = constant(new Float32Array(users), [users, 1]);
  let nodes = constant(new Uint32Array(users), [users, 1]);
  let ancestors = constant(
    Uint32Array.from({ length: users }, (_, row) => row),
    [users, 1],
  );
  let cache = options.cache;
  const steps: KeptStep[] = [];
  for (let t = 0; t < bounds.depth; t++) {
    const beams = schedule[t] as number;
    const decoded = decodeStep({ t, users, beams, tokens: reshape(tokens, [users * beams]), ancestors }, cache);
    cache = decoded.cache;
    const next = beamStep({
      logits: decoded.logits,
      scores,
      nodes,
      trie,
      beams: schedule[t + 1] as number,
      maxChildren: Math.max(1, bounds.maxChildren[t] ?? 1),
      ...(options.vocabulary === undefined ? {} : { vocabulary: options.vocabulary }),
    });
    ({ tokens, scores, nodes } = next);
    steps.push({ tokens, parents: next.parents, logits: decoded.logits });
    if (t + 1 < bounds.depth) ancestors = beamAncestors(next.parents, ancestors);
  }
  return { items: beamItems(nodes, trie), scores, steps };
}

function startTokens(start: number | Tensor, users: number): Tensor {
  if (typeof start === 'number') return constant(new Uint32Array(users).fill(start), [users]);
  requireDtype('beam search', start, 'u32');
  requireShapes('beam search', start.shape.length === 1 && start.shape[0] === users, `start tokens [${users}]`, start);
  return start;
}
