/**
 * Chunks of rows: logits (a product), softmax_error in place, then the two gradient products; the table's gradient grows
 * through the products' `add` epilogue between two buffers. Counting the rows comes first, because it is the scale.
 */
import type { GraphNode } from '../../tensor/graph';
import { CHUNK_STEP, LINEAR_CROSS_ENTROPY } from '../../tensor/ops/linearCrossEntropy';
import type { MatmulAttributes } from '../../tensor/ops/matmul';
import { sizeAt } from '../../tensor/shape';
import { foldGroups, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { chooseMatmul, type MatmulKind } from '../matmulChoice';
import { lowerMatmul } from './matmul';

const BYTES = 4;
/** A chunk of logits on a software adapter: it should stay in the processor's cache between the products. */
const SOFTWARE_CHUNK_BYTES = 8 * 2 ** 20;
/** And on a GPU, where large products pay; below the limit of every adapter. */
const GPU_CHUNK_BYTES = 96 * 2 ** 20;
const SOFTWARE_LANES = 32;
const GPU_LANES = 256;

/** Rows a chunk: as asked, or what the budget holds, and never a binding above the adapter's limit. */
export function chunkRowsFor(rows: number, width: number, asked: number, profile: LowerContext['profile']): number {
  const budget = Math.min(profile.isSoftware ? SOFTWARE_CHUNK_BYTES : GPU_CHUNK_BYTES, profile.maxBindingBytes);
  const held = Math.floor(budget / (width * BYTES) / CHUNK_STEP) * CHUNK_STEP;
  return Math.min(asked > 0 ? asked : Math.max(CHUNK_STEP, held), Math.ceil(rows / CHUNK_STEP) * CHUNK_STEP);
}

function product(
  context: LowerContext,
  kind: MatmulKind,
  [m, n, k]: readonly [number, number, number],
  values: { readonly a: Value; readonly b: Value; readonly c: Value; readonly aux?: Value },
): void {
  const attributes: MatmulAttributes = {
    batch: 1,
    m,
    n,
    k,
    transposeA: kind === 'tn',
    transposeB: kind === 'nt',
    alpha: 1,
    epilogue: values.aux ? 'add' : 'none',
    aBatchStride: 0,
    bBatchStride: 0,
  };
  lowerMatmul(
    context,
    attributes,
    { a: values.a, b: values.b, aux: values.aux ?? null, c: values.c },
    chooseMatmul(context.profile, { kind, ...attributes }),
  );
}

defineLowering(LINEAR_CROSS_ENTROPY, (node, context) => {
  const { classes, hasGradient, chunkRows } = node.attributes;
  const [h, table, targets] = node.inputs.map((input) => context.value(input)) as [Value, Value, Value];
  const { shape } = nodeInput(node as GraphNode, 0);
  const [rows, depth] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const width = sizeAt(nodeInput(node as GraphNode, 1).shape, 0);
  const chunk = chunkRowsFor(rows, width, chunkRows, context.profile);
  const { isSoftware } = context.profile;
  const lanes = isSoftware ? SOFTWARE_LANES : GPU_LANES;
  const losses = context.output(1);
  const count = (from: Value, mean: Value, inverse: Value): void =>
    context.dispatch({
      kernel: 'mean_counted',
      overrides: { LANES: 64 },
      bind: { losses: from, targets, mean, inverse },
      params: { rows, classes, ignored: 0xffff_ffff },
      groups: [1, 1, 1],
    });
  const inverse = context.scratch(BYTES, 'one over the count');
  // The first call is for the count only: its losses are whatever the operand holds.
  count(h, context.scratch(BYTES, 'unused mean'), inverse);
  let tableGrad: Value | null = null;
  for (let first = 0; first < rows; first += chunk) {
    const size = Math.min(chunk, rows - first);
    const states = context.part(h, first * depth * BYTES, size * depth * BYTES);
    const logits = context.scratch(size * width * BYTES, 'logits of a chunk');
    product(context, 'nt', [size, width, depth], { a: states, b: table, c: logits });
    context.dispatch({
      kernel: 'softmax_error',
      overrides: { LANES: lanes, SPAN: lanes, HAS_GRAD: hasGradient ? 1 : 0 },
      bind: { targets, scale: inverse, logits, losses },
      params: { rows: size, width: width / 4, classes, first_row: first },
      groups: foldGroups(size),
    });
    if (!hasGradient) continue;
    const stateGrad = context.part(context.output(2), first * depth * BYTES, size * depth * BYTES);
    product(context, 'nn', [size, depth, width], { a: logits, b: table, c: stateGrad });
    const isLast = first + chunk >= rows;
    const grown = isLast ? context.output(3) : context.scratch(width * depth * BYTES, 'table gradient so far');
    product(context, 'tn', [width, depth, size], {
      a: logits,
      b: states,
      c: grown,
      ...(tableGrad ? { aux: tableGrad } : {}),
    });
    tableGrad = grown;
  }
  count(losses, context.output(0), context.scratch(BYTES, 'one over the count again'));
});
