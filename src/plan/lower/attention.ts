import type { GraphNode } from '../../tensor/graph';
import { ATTENTION, ATTENTION_GRAD, type AttentionAttributes } from '../../tensor/ops/attention';
import { BYTES_PER_ELEMENT } from '../../tensor/shape';
import { foldGroups, groupsFor, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { SOFTWARE_LANES } from './elementwise';

const LANES = 64;
/** Query tiles of a group's scores: eight tiles of 4 × 60 scores are 7.5 KiB, so a core can hold two groups. */
const TILES = 8;
/** Vectors of scores of a group on software adapters, where zeroing workgroup memory is compiled and run word by word. */
const SOFTWARE_SCORES = 128;
/** Workgroup memory of the default limits, less 256 bytes for the row scales. */
const SCORE_BYTES = 16_384 - 256;
/** Scores and weights kept at a time in the backward pass; larger batches go slice after slice. */
const SLICE_BYTES = 32 * 2 ** 20;

const tilesOf = (count: number): number => Math.ceil(count / 4);

/** The tiled kernels load four columns at once and keep a row tile's scores in workgroup memory. */
function isTiled({ isPlain, headWidth, keys }: AttentionAttributes): boolean {
  return !isPlain && headWidth % 4 === 0 && tilesOf(keys) * 64 <= SCORE_BYTES;
}

/** Overrides of the plain kernels. */
const flags = ({ hasBias, hasMask, isCausal, dropoutRate }: AttentionAttributes): Record<string, number> => ({
  HAS_BIAS: Number(hasBias),
  HAS_MASK: Number(hasMask),
  IS_CAUSAL: Number(isCausal),
  HAS_DROPOUT: Number(dropoutRate > 0),
});
/** Bits of lib/attention_scores.wgsl, for the tiled kernels. */
const flagBits = ({ hasBias, hasMask, isCausal }: AttentionAttributes): number =>
  Number(hasBias) + 2 * Number(hasMask) + 4 * Number(isCausal);
const pick = (from: Record<string, number>, ...names: string[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, from[name] ?? 0]));

const inputs = (node: GraphNode, context: LowerContext): Value[] =>
  node.inputs.map((_, index) => context.value(nodeInput(node, index)));

/** A value that the constructor of the op guarantees. */
function at(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (!value) throw new Error(`attention: no operand ${index}`);
  return value;
}

function sizes(attributes: AttentionAttributes): Record<string, number> {
  const { batch, heads, queries, keys, headWidth, scale, dropoutRate, dropoutStream } = attributes;
  return {
    batch,
    heads,
    queries,
    keys,
    dk: headWidth,
    dk4: headWidth / 4,
    scale,
    dropout_rate: dropoutRate,
    dropout_stream: dropoutStream,
    flags: flagBits(attributes),
  };
}

defineLowering(ATTENTION, (node, context) => {
  const { attributes } = node;
  const { batch, heads, queries, keys } = attributes;
  const values = inputs(node as GraphNode, context);
  const bind = {
    q: at(values, 0),
    k: at(values, 1),
    v: at(values, 2),
    bias: at(values, 3),
    key_mask: at(values, 4),
    state: at(values, 5),
    out: context.output(0),
    lse: context.output(1),
  };
  const params = sizes(attributes);
  if (!isTiled(attributes)) {
    context.dispatch({
      kernel: 'attention_plain',
      overrides: { LANES, ...flags(attributes) },
      bind,
      params,
      groups: groupsFor(batch * heads * queries, LANES),
    });
    return;
  }
  const pitch = tilesOf(keys);
  const { isSoftware } = context.profile;
  const most = isSoftware ? Math.max(SOFTWARE_SCORES, 4 * pitch) : SCORE_BYTES / 16;
  const tiles = Math.min(TILES, Math.floor(most / (4 * pitch)));
  // A software adapter runs a group's lanes one vector after another and pays for each at a barrier: one vector is best.
  const lanes = isSoftware ? SOFTWARE_LANES : LANES;
  context.dispatch({
    kernel: 'attention',
    overrides: {
      LANES: lanes,
      SCORES: isSoftware ? most : tiles * 4 * pitch,
      HAS_DROPOUT: Number(attributes.dropoutRate > 0),
    },
    bind,
    params: { ...params, tiles },
    groups: foldGroups(Math.ceil((batch * heads * tilesOf(queries)) / tiles)),
  });
});

defineLowering(ATTENTION_GRAD, (node, context) => {
  const { attributes } = node;
  const { batch, heads, queries, keys, headWidth, hasBias, dropoutRate } = attributes;
  const values = inputs(node as GraphNode, context);
  const [q, k, v, bias, keyMask, state] = [
    at(values, 0),
    at(values, 1),
    at(values, 2),
    at(values, 3),
    at(values, 4),
    at(values, 5),
  ];
  const [out, lse, dOut] = [at(values, 6), at(values, 7), at(values, 8)];
  const allFlags = flags(attributes);
  const params = sizes(attributes);
  const rows = batch * heads * queries;
  const summary = context.scratch((2 * rows + batch * keys + 2) * BYTES_PER_ELEMENT, 'attention context');
  context.dispatch({
    kernel: 'attention_context',
    overrides: { LANES, ...pick(allFlags, 'HAS_DROPOUT') },
    bind: { out, d_out: dOut, lse, key_mask: keyMask, state, context: summary },
    params,
    groups: groupsFor(Math.max(rows, batch * keys, dropoutRate > 0 ? 2 : 0), LANES),
  });
  const pitch = tilesOf(keys) * 4;
  const itemElements = heads * queries * pitch;
  const sliceItems = Math.max(
    1,
    Math.min(batch, Math.floor(SLICE_BYTES / Math.max(1, 2 * itemElements * BYTES_PER_ELEMENT))),
  );
  const weights = context.scratch(2 * sliceItems * itemElements * BYTES_PER_ELEMENT, 'attention weights');
  const isFast = isTiled(attributes);
  for (let first = 0; first < batch; first += sliceItems) {
    const items = Math.min(sliceItems, batch - first);
    const slice = { ...params, pitch, first_item: first, items };
    const scoreFlags = { LANES, ...pick(allFlags, 'HAS_DROPOUT') };
    const scoreBind = { q, k, v, d_out: dOut, bias, context: summary, weights };
    if (isFast) {
      const pairs = items * heads;
      context.dispatch({
        kernel: 'attention_score_grad',
        overrides: scoreFlags,
        bind: scoreBind,
        params: slice,
        groups: groupsFor(pairs * tilesOf(queries) * tilesOf(keys), LANES),
      });
      context.dispatch({
        kernel: 'attention_query_grad',
        overrides: { LANES },
        bind: { k, weights, dq: context.output(0) },
        params: slice,
        groups: groupsFor((pairs * tilesOf(queries) * headWidth) / 4, LANES),
      });
      context.dispatch({
        kernel: 'attention_key_grad',
        overrides: { LANES },
        bind: { q, d_out: dOut, weights, dk: context.output(1), dv: context.output(2) },
        params: slice,
        groups: groupsFor((pairs * tilesOf(keys) * headWidth) / 4, LANES),
      });
    } else {
      context.dispatch({
        kernel: 'attention_score_grad_plain',
        overrides: { ...scoreFlags, ...pick(allFlags, 'HAS_BIAS', 'IS_CAUSAL') },
        bind: scoreBind,
        params: slice,
        groups: groupsFor(items * itemElements, LANES),
      });
      const product = (x: Value, y: Value, isQuery: boolean, isValue: boolean): void =>
        context.dispatch({
          kernel: 'attention_product_plain',
          overrides: { LANES, IS_QUERY: Number(isQuery), IS_VALUE: Number(isValue) },
          bind: { x, weights, y },
          params: isValue ? { ...slice, scale: 1 } : slice,
          groups: groupsFor(items * (isQuery ? queries : keys) * heads * headWidth, LANES),
        });
      product(k, context.output(0), true, false);
      product(q, context.output(1), false, false);
      product(dOut, context.output(2), false, true);
    }
    if (hasBias)
      context.dispatch({
        kernel: 'attention_bias_grad',
        overrides: { LANES },
        bind: { weights, d_bias: context.output(3) },
        params: { rows: heads * queries, keys, pitch, items, is_first: Number(first === 0) },
        groups: groupsFor(heads * queries * keys, LANES),
      });
  }
});
