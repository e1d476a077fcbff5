/** Steps of a beam search that walks a prefix trie. Beams of all users advance together; nothing leaves the GPU. */
import { defineOp, record, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { elementCount, sizeAt } from '../shape';
import { MAX_BEAMS, requireK } from './topK';

/** Node of a dead beam, item of a dead beam or an inner node. */
export const NOTHING = 0xffffffff;
/** Score of a dead beam, the lowest finite f32. */
export const DEAD_SCORE = -3.4028234663852886e38;

/** Outputs: scores f32, tokens u32, nodes u32, parents u32, each [users, beams]. */
export const BEAM_STEP = defineOp<{ beams: number; maxChildren: number; vocabulary: number }>('beam_step');
export const BEAM_ANCESTORS = defineOp<{ beams: number; previousBeams: number; steps: number }>('beam_ancestors');
export const BEAM_ITEMS = defineOp('beam_items');

/** The trie's arrays as u32 tensors; see decode/trie.ts. */
export interface TrieTensors {
  /** [nodes] first edge of each node; the edges of a node are consecutive, by ascending token. */
  readonly childStart: Tensor;
  /** [nodes] */
  readonly childCount: Tensor;
  /** [edges] */
  readonly childToken: Tensor;
  /** [edges] */
  readonly childNode: Tensor;
  /** [nodes] item that ends at the node, NOTHING for inner nodes. */
  readonly itemOfLeaf: Tensor;
}

export interface BeamStepInputs {
  /** [U · Win, V'] with V' ≥ vocabulary. */
  readonly logits: Tensor;
  /** [U, Win] cumulative log-probabilities. */
  readonly scores: Tensor;
  /** [U, Win] trie nodes; NOTHING for dead beams. */
  readonly nodes: Tensor;
  readonly trie: TrieTensors;
  /** Beams a user after the step, 1 to 64. */
  readonly beams: number;
  /** Most children any node reached by this step has. */
  readonly maxChildren: number;
  /** Columns of `logits` that are the vocabulary; all by default. */
  readonly vocabulary?: number;
}

export interface BeamStepOutputs {
  readonly scores: Tensor;
  readonly tokens: Tensor;
  readonly nodes: Tensor;
  /** Beam of the same user (0 … Win−1) that each new beam extends. */
  readonly parents: Tensor;
}

/**
 * Extends each beam by the children of its trie node and keeps the best `beams` a user, best first. A candidate's score is
 * `(logit[token] − logSumExp over the whole vocabulary) + score`; equal scores go to the smaller (beam, token). Beams without
 * a candidate are dead: score DEAD_SCORE, token 0, node NOTHING, parent 0. Not differentiable.
 * @throws ShapeError
 */
export function beamStep(inputs: BeamStepInputs): BeamStepOutputs {
  const { logits, scores, nodes, trie, beams, maxChildren } = inputs;
  const users = scores.shape[0] ?? 0;
  const before = scores.shape[1] ?? 0;
  requireDtype('beamStep', logits, 'f32');
  requireDtype('beamStep', scores, 'f32');
  requireTrie('beamStep', trie);
  requireDtype('beamStep', nodes, 'u32');
  const isFitting =
    scores.shape.length === 2 && nodes.shape.length === 2 && nodes.shape[0] === users && nodes.shape[1] === before;
  requireShapes(
    'beamStep',
    isFitting && before >= 1 && before <= MAX_BEAMS && logits.shape.length === 2 && logits.shape[0] === users * before,
    `logits [U·W, V], scores [U, W], nodes [U, W] with W from 1 to ${MAX_BEAMS}`,
    logits,
    scores,
    nodes,
  );
  const vocabulary = inputs.vocabulary ?? sizeAt(logits.shape, 1);
  requireShapes(
    'beamStep',
    vocabulary >= 1 && vocabulary <= sizeAt(logits.shape, 1) && Number.isInteger(maxChildren) && maxChildren >= 1,
    `a vocabulary of 1 to V columns and at least one child a node (got ${vocabulary} and ${maxChildren})`,
    logits,
  );
  requireK('beamStep', beams, MAX_BEAMS);
  const shape = [users, beams];
  const outputs = recordMany(
    BEAM_STEP,
    [logits, scores, nodes, trie.childStart, trie.childCount, trie.childToken, trie.childNode],
    { beams, maxChildren, vocabulary },
    [
      { shape, dtype: 'f32' },
      { shape, dtype: 'u32' },
      { shape, dtype: 'u32' },
      { shape, dtype: 'u32' },
    ],
  ) as [Tensor, Tensor, Tensor, Tensor];
  return { scores: outputs[0], tokens: outputs[1], nodes: outputs[2], parents: outputs[3] };
}

function requireTrie(operation: string, trie: TrieTensors): void {
  for (const tensor of Object.values(trie) as Tensor[]) requireDtype(operation, tensor, 'u32');
  const { childStart, childCount, childToken, childNode, itemOfLeaf } = trie;
  const nodes = elementCount(childStart.shape);
  const edges = elementCount(childToken.shape);
  requireShapes(
    operation,
    nodes > 0 &&
      edges > 0 &&
      elementCount(childCount.shape) === nodes &&
      elementCount(itemOfLeaf.shape) === nodes &&
      elementCount(childNode.shape) === edges,
    'a trie with nodes and edges: childStart, childCount, itemOfLeaf [nodes], childToken, childNode [edges]',
    childStart,
    childCount,
    itemOfLeaf,
    childToken,
    childNode,
  );
}

/**
 * Extends the table of rows that hold each beam's past: out [U·W, t+1] with out[r, s] = previous[row of r's parent, s] for
 * s < t and out[r, t] = r. `parents` [U, W] as from `beamStep`, `previous` [U·W', t]. So the cache of keys and values is
 * never copied when beams are reordered; see `decodeAttention`.
 */
export function beamAncestors(parents: Tensor, previous: Tensor): Tensor {
  requireDtype('beamAncestors', parents, 'u32');
  requireDtype('beamAncestors', previous, 'u32');
  const [users = 0, beams = 0] = parents.shape;
  const [rows = 0, steps = 0] = previous.shape;
  const previousBeams = users === 0 ? 0 : rows / users;
  requireShapes(
    'beamAncestors',
    parents.shape.length === 2 && previous.shape.length === 2 && Number.isInteger(previousBeams),
    "parents [U, W] and previous [U·W', t]",
    parents,
    previous,
  );
  return record(
    BEAM_ANCESTORS,
    [parents, previous],
    { beams, previousBeams, steps },
    [users * beams, steps + 1],
    'u32',
  );
}

/** Item at each node (shape kept), NOTHING for dead beams and inner nodes. */
export function beamItems(nodes: Tensor, trie: TrieTensors): Tensor {
  requireDtype('beamItems', nodes, 'u32');
  requireTrie('beamItems', trie);
  return record(BEAM_ITEMS, [nodes, trie.itemOfLeaf], {}, nodes.shape, 'u32');
}
