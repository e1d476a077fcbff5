/**
 * The contrastive loss as products and one row kernel. Scores exist for at most SLAB_BYTES of rows at a time: a batch
 * that keeps its weights is one slab; a larger one goes slab after slab, and its backward pass makes the scores again.
 */
import type { GraphNode } from '../../tensor/graph';
import { INFO_NCE, INFO_NCE_GRAD, type InfoNceAttributes } from '../../tensor/ops/infoNce';
import type { MatmulAttributes } from '../../tensor/ops/matmul';
import { BYTES_PER_ELEMENT } from '../../tensor/shape';
import { foldGroups, groupsFor, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { chooseMatmul, type MatmulKind } from '../matmulChoice';
import { lowerMatmul } from './matmul';

/** 256 rows of 8,192 scores: enough work for every product, and little beside the vectors themselves. */
const SLAB_BYTES = 8 * 2 ** 20;
const COPY_LANES = 64;

interface Product {
  readonly kind: MatmulKind;
  readonly a: Value;
  readonly b: Value;
  readonly c: Value;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  readonly sum?: Value | null;
}

function product(context: LowerContext, { kind, a, b, c, m, n, k, alpha, sum = null }: Product): void {
  const attributes: MatmulAttributes = {
    batch: 1,
    m,
    n,
    k,
    alpha,
    transposeA: kind === 'tn',
    transposeB: kind === 'nt',
    epilogue: sum ? 'add' : 'none',
    aBatchStride: 0,
    bBatchStride: 0,
  };
  lowerMatmul(context, attributes, { a, b, aux: sum, c }, chooseMatmul(context.profile, { kind, batch: 1, m, n, k }));
}

/** Copies `rows` rows of `width` from row `source` to row `target`. */
function copyRows(
  context: LowerContext,
  x: Value,
  y: Value,
  rows: number,
  width: number,
  source: number,
  target: number,
): void {
  context.dispatch({
    kernel: 'strided_copy',
    overrides: { LANES: COPY_LANES },
    bind: { x, y },
    params: {
      count: rows * width,
      size1: 1,
      size2: 1,
      size3: rows * width,
      from_offset: source * width,
      from0: 0,
      from1: 0,
      from2: 0,
      from3: 1,
      to_offset: target * width,
      to0: 0,
      to1: 0,
      to2: 0,
      to3: 1,
    },
    groups: groupsFor(rows * width, COPY_LANES),
  });
}

const slabRows = ({ rows, keepsWeights }: InfoNceAttributes): number =>
  keepsWeights ? rows : Math.max(1, Math.min(rows, Math.floor(SLAB_BYTES / (rows * BYTES_PER_ELEMENT))));

interface Slab {
  readonly a: Value;
  readonly b: Value;
  readonly ids: Value;
  readonly scores: Value;
  readonly losses: Value;
  readonly first: number;
  readonly count: number;
}

/** Scores of rows first..first+count of `a`, turned into losses and, if `stores`, into softmax − identity. */
function scoreRows(context: LowerContext, attributes: InfoNceAttributes, slab: Slab, stores: boolean): void {
  const { rows, width, temperature, hasIds } = attributes;
  product(context, {
    kind: 'nt',
    a: slab.a,
    b: slab.b,
    c: slab.scores,
    m: slab.count,
    n: rows,
    k: width,
    alpha: 1 / temperature,
  });
  context.dispatch({
    kernel: 'info_nce_rows',
    // A software adapter pays for every barrier and lane vector of a group: one vector a row.
    overrides: { LANES: context.profile.isSoftware ? 8 : 64, HAS_IDS: Number(hasIds), STORES: Number(stores) },
    bind: { ids: slab.ids, scores: slab.scores, losses: slab.losses },
    params: { rows: slab.count, columns: rows, first: slab.first },
    groups: foldGroups(slab.count),
  });
}

defineLowering(INFO_NCE, (node, context) => {
  const { attributes } = node;
  const { rows, width, keepsWeights } = attributes;
  const [a, b, ids] = [0, 1, 2].map((index) => context.value(nodeInput(node as GraphNode, index))) as [
    Value,
    Value,
    Value,
  ];
  const losses = context.scratch(rows * BYTES_PER_ELEMENT, 'row losses');
  if (rows > 0 && keepsWeights) {
    scoreRows(context, attributes, { a, b, ids, scores: context.output(1), losses, first: 0, count: rows }, true);
  } else if (rows > 0) {
    const most = slabRows(attributes);
    const scores = context.scratch(most * rows * BYTES_PER_ELEMENT, 'scores');
    const part = context.scratch(most * width * BYTES_PER_ELEMENT, 'rows of a');
    const partLosses = context.scratch(most * BYTES_PER_ELEMENT, 'losses of the rows');
    for (let first = 0; first < rows; first += most) {
      const count = Math.min(most, rows - first);
      copyRows(context, a, part, count, width, first, 0);
      scoreRows(context, attributes, { a: part, b, ids, scores, losses: partLosses, first, count }, false);
      copyRows(context, partLosses, losses, count, 1, 0, first);
    }
  }
  const sum = rows > 0 ? losses : a;
  context.dispatch({
    kernel: 'reduce_sum',
    overrides: { LANES: 64 },
    bind: { x: sum, y: context.output(0) },
    params: { outputs: 1, middle: rows, inner: 1, scale: 1 / Math.max(1, rows) },
    groups: [1, 1, 1],
  });
});

defineLowering(INFO_NCE_GRAD, (node, context) => {
  const { attributes } = node;
  const { rows, width, temperature, factor, keepsWeights } = attributes;
  const [a, b, ids] = [0, 1, 2].map((index) => context.value(nodeInput(node as GraphNode, index))) as [
    Value,
    Value,
    Value,
  ];
  const alpha = factor / (Math.max(1, rows) * temperature);
  if (rows === 0) return;
  if (keepsWeights) {
    const weights = context.value(nodeInput(node as GraphNode, 3));
    product(context, { kind: 'nn', a: weights, b, c: context.output(0), m: rows, n: width, k: rows, alpha });
    product(context, { kind: 'tn', a: weights, b: a, c: context.output(1), m: rows, n: width, k: rows, alpha });
    return;
  }
  const most = slabRows(attributes);
  const scores = context.scratch(most * rows * BYTES_PER_ELEMENT, 'scores');
  const part = context.scratch(most * width * BYTES_PER_ELEMENT, 'rows of a');
  const gradPart = context.scratch(most * width * BYTES_PER_ELEMENT, 'gradient of the rows');
  const losses = context.scratch(most * BYTES_PER_ELEMENT, 'losses of the rows');
  const sums = [
    context.scratch(rows * width * BYTES_PER_ELEMENT, 'sum of b'),
    context.scratch(rows * width * BYTES_PER_ELEMENT, 'sum of b'),
  ];
  let sum: Value | null = null;
  for (let first = 0, slab = 0; first < rows; first += most, slab++) {
    const count = Math.min(most, rows - first);
    copyRows(context, a, part, count, width, first, 0);
    scoreRows(context, attributes, { a: part, b, ids, scores, losses, first, count }, true);
    product(context, { kind: 'nn', a: scores, b, c: gradPart, m: count, n: width, k: rows, alpha });
    copyRows(context, gradPart, context.output(0), count, width, 0, first);
    const next = first + count === rows ? context.output(1) : (sums[slab % 2] as Value);
    product(context, { kind: 'tn', a: scores, b: part, c: next, m: rows, n: width, k: count, alpha, sum });
    sum = next;
  }
});
