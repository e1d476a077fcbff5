/**
 * Matrix products become: (a) at most two matmul_pack launches that lay operands k-major where the chosen kernel cannot
 * read them as they lie, (b) the kernel, (c) matmul_finish if K was split or N is no multiple of 4. Operand memory is
 * described by `Operand`, so the same code serves every kernel family.
 */
import type { GraphNode } from '../../tensor/graph';
import { EPILOGUES, MATMUL, type MatmulAttributes } from '../../tensor/ops/matmul';
import { BYTES_PER_ELEMENT } from '../../tensor/shape';
import { groupsFor, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import {
  chooseMatmul,
  MATMUL_KERNELS,
  type MatmulChoice,
  type MatmulKernel,
  type MatmulKind,
  packOverrides,
} from '../matmulChoice';
import { unpackLaunch } from './half';

const VECTOR = 4;
const FINISH_LANES = 64;
const TILE_K = 16;
/** matmul_pack moves 32 x 32 elements a group. */
const PACK_TILE = 32;
const alignVector = (size: number): number => Math.ceil(size / VECTOR) * VECTOR;

/** A matrix per batch: `rows` has k innermost ([size, K]), `columns` has k outermost ([K, size]). */
interface Operand {
  readonly value: Value;
  readonly layout: 'rows' | 'columns';
  readonly batchStride: number;
  /** Elements from one row of memory to the next. */
  readonly lead: number;
  /** M for a, N for b. */
  readonly size: number;
  /** The value holds f16, two a word (ops/half.ts). */
  readonly isHalf: boolean;
}

/** All that a product needs of its surroundings. */
export type MatmulContext = Pick<LowerContext, 'profile' | 'scratch' | 'dispatch' | 'memo' | 'packParameter'>;

/** Values of a product's operands. */
export interface MatmulInputs {
  readonly a: Value;
  readonly b: Value;
  readonly aux: Value | null;
  readonly c: Value;
  /** The operand holds f16, two a word (ops/half.ts). */
  readonly halfA?: boolean;
  readonly halfB?: boolean;
}

/** The launches of one product with a given choice; exported for the tests and the tuner, which force families. */
export function lowerMatmul(
  context: MatmulContext,
  attributes: MatmulAttributes,
  inputs: MatmulInputs,
  choice: MatmulChoice,
): void {
  const { batch, m, n, k, transposeA, transposeB, alpha, aBatchStride, bBatchStride } = attributes;
  const { halfA: isHalfA = false, halfB: isHalfB = false } = inputs;
  const epilogue = EPILOGUES.indexOf(attributes.epilogue);
  const aux = inputs.aux ?? inputs.a;
  if (choice.family === 'plain' || k === 0) {
    const wideA = isHalfA ? widened(context, inputs.a) : inputs.a;
    const wideB = isHalfB ? widened(context, inputs.b) : inputs.b;
    context.dispatch({
      kernel: 'matmul_plain',
      overrides: { EPILOGUE: epilogue },
      bind: { a: wideA, b: wideB, aux, c: inputs.c },
      params: {
        m,
        n,
        k,
        alpha,
        a_batch: aBatchStride,
        a_row: transposeA ? 1 : k,
        a_column: transposeA ? m : 1,
        b_batch: bBatchStride,
        b_row: transposeB ? 1 : n,
        b_column: transposeB ? k : 1,
      },
      groups: [Math.ceil(n / 8), Math.ceil(m / 8), batch],
    });
    return;
  }
  if (m === 0 || n === 0 || batch === 0) return;
  const given = {
    a: {
      value: inputs.a,
      layout: transposeA ? 'columns' : 'rows',
      batchStride: aBatchStride,
      lead: transposeA ? m : k,
      size: m,
      isHalf: isHalfA,
    },
    b: {
      value: inputs.b,
      layout: transposeB ? 'rows' : 'columns',
      batchStride: bBatchStride,
      lead: transposeB ? k : n,
      size: n,
      isHalf: isHalfB,
    },
  } as const;
  const kernel = cheapestKernel(
    MATMUL_KERNELS[choice.family].filter(({ mostColumns }) => n <= mostColumns),
    given.a,
    given.b,
  );
  const fitsA = isReadable(given.a, kernel.a, kernel.vectorA);
  const fitsB = isReadable(given.b, kernel.b, kernel.vectorB);
  // One f16 operand is read as it is where the kernel has a twin for it; any other is widened first.
  const halfA = isHalfA && fitsA ? kernel.halfA : undefined;
  const halfB = isHalfB && fitsB && !halfA ? kernel.halfB : undefined;
  const wideA = isHalfA && !halfA ? widenedOperand(context, given.a) : given.a;
  const wideB = isHalfB && !halfB ? widenedOperand(context, given.b) : given.b;
  const a = fitsA ? wideA : pack(context, wideA, k, batch);
  const b = fitsB ? wideB : pack(context, wideB, k, batch);
  const { splits } = choice;
  const isDirect = splits === 1 && n % VECTOR === 0;
  const lead = isDirect ? n : alignVector(n);
  const target = isDirect ? inputs.c : context.scratch(batch * splits * m * lead * 4, 'matmul partial');
  context.dispatch({
    kernel: halfA ?? halfB ?? kernel.name,
    overrides: {},
    bind: { a: a.value, b: b.value, aux: isDirect ? aux : a.value, c: target },
    params: {
      m,
      n,
      k,
      alpha: isDirect ? alpha : 1,
      epilogue: isDirect ? epilogue : 0,
      a_batch: a.batchStride,
      a_lead: a.lead,
      b_batch: b.batchStride,
      b_lead: b.lead,
      c_lead: lead,
      splits,
      k_chunk: Math.ceil(k / splits / TILE_K) * TILE_K,
    },
    groups: [Math.ceil(n / kernel.columns), Math.ceil(m / kernel.rows), batch * splits],
  });
  if (isDirect) return;
  context.dispatch({
    kernel: 'matmul_finish',
    overrides: { LANES: FINISH_LANES },
    bind: { partial: target, aux, c: inputs.c },
    params: { count: batch * m * n, m, n, lead, splits, epilogue, alpha },
    groups: groupsFor(batch * m * n, FINISH_LANES),
  });
}

/** The value as f32; made once, however many products read it. */
const widened = (context: MatmulContext, words: Value): Value =>
  context.memo(`widened:${words.id}`, () => {
    const count = (words.sizeBytes / BYTES_PER_ELEMENT) * 2;
    const wide = context.scratch(count * BYTES_PER_ELEMENT, 'matmul widened');
    context.dispatch(unpackLaunch(context, count, words, wide));
    return wide;
  });

const widenedOperand = (context: MatmulContext, operand: Operand): Operand => ({
  ...operand,
  value: widened(context, operand.value),
  isHalf: false,
});

function isReadable(operand: Operand, layout: Operand['layout'], isVector: boolean): boolean {
  return (
    operand.layout === layout && (!isVector || (operand.lead % VECTOR === 0 && operand.batchStride % VECTOR === 0))
  );
}

/** The kernel of a family that needs the fewest elements repacked; repacking yields `columns`. */
function cheapestKernel(kernels: readonly MatmulKernel[], a: Operand, b: Operand): MatmulKernel {
  const cost = (kernel: MatmulKernel): number => {
    const costA = isReadable(a, kernel.a, kernel.vectorA)
      ? 0
      : kernel.a === 'columns'
        ? a.size
        : Number.POSITIVE_INFINITY;
    const costB = isReadable(b, kernel.b, kernel.vectorB)
      ? 0
      : kernel.b === 'columns'
        ? b.size
        : Number.POSITIVE_INFINITY;
    return costA + costB;
  };
  const best = kernels.reduce((held, kernel) => (cost(kernel) < cost(held) ? kernel : held));
  if (!Number.isFinite(cost(best)))
    throw new Error(
      `matmul: no kernel among ${kernels.map(({ name }) => name).join(', ')} reads a ${a.layout}, b ${b.layout}`,
    );
  return best;
}

/** The operand k-major. Weights are packed together at the start of the step; any other operand once, however often it is used. */
function pack(context: MatmulContext, operand: Operand, k: number, batch: number): Operand {
  const { value, size } = operand;
  const lead = alignVector(size);
  const copies = operand.batchStride === 0 ? 1 : batch;
  const isRows = operand.layout === 'rows';
  const [strideK, strideI] = isRows ? [1, operand.lead] : [operand.lead, 1];
  const key = `pack:${value.id}:${size}:${k}:${copies}:${operand.batchStride}:${strideK}:${strideI}`;
  const launch = (): Value => {
    const target = context.scratch(copies * k * lead * 4, 'matmul packed');
    context.dispatch({
      kernel: 'matmul_pack',
      overrides: packOverrides(context.profile),
      bind: { x: value, y: target },
      params: { size, k, quads: lead / VECTOR, x_batch: operand.batchStride, x_k: strideK, x_i: strideI },
      groups: [Math.ceil(lead / PACK_TILE), Math.ceil(k / PACK_TILE), copies],
    });
    return target;
  };
  const isParameter = value.home?.buffer === 'parameters' && copies === 1;
  const packed = isParameter
    ? context.packParameter({ value, size, k, strideK, strideI })
    : value.isScratch
      ? launch()
      : context.memo(key, launch);
  return { value: packed, layout: 'columns', batchStride: copies === 1 ? 0 : k * lead, lead, size, isHalf: false };
}

defineLowering(MATMUL, (node, context) => {
  const { attributes } = node;
  const kind: MatmulKind = attributes.transposeA
    ? attributes.transposeB
      ? 'tt'
      : 'tn'
    : attributes.transposeB
      ? 'nt'
      : 'nn';
  const aux = node.inputs[2];
  const inputs = {
    a: context.value(nodeInput(node as GraphNode, 0)),
    b: context.value(nodeInput(node as GraphNode, 1)),
    aux: aux ? context.value(aux) : null,
    c: context.output(0),
    halfA: nodeInput(node as GraphNode, 0).dtype === 'u32',
    halfB: nodeInput(node as GraphNode, 1).dtype === 'u32',
  };
  lowerMatmul(context, attributes, inputs, chooseMatmul(context.profile, { kind, ...attributes }));
});
