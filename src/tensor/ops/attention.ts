import { ShapeError } from '../../base/errors';
import { countOf, defineOp, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sameShape, sizeAt } from '../shape';
import { stepStateLeaf } from './leaves';

export interface AttentionAttributes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** Width of one head. */
  readonly headWidth: number;
  readonly scale: number;
  readonly hasBias: boolean;
  readonly hasMask: boolean;
  readonly isCausal: boolean;
  readonly dropoutRate: number;
  readonly dropoutStream: number;
  /** The readable kernels even where the fast ones fit. */
  readonly isPlain: boolean;
}

/** Inputs q, k, v, bias, keyMask, step state; outputs the result [B, Tq, H·Dk] and each row's log-sum-exp [B, H, Tq]. */
export const ATTENTION = defineOp<AttentionAttributes>('attention');
/** Inputs of ATTENTION, its two outputs and the gradient of the first; outputs dQ, dK, dV and, with a bias, dBias. */
export const ATTENTION_GRAD = defineOp<AttentionAttributes>('attention_grad');

export interface AttentionInputs {
  /** `[B, Tq, H·Dk]` */
  readonly q: Tensor;
  /** `[B, Tk, H·Dk]` */
  readonly k: Tensor;
  /** `[B, Tk, H·Dk]` */
  readonly v: Tensor;
  readonly heads: number;
  /** Factor of q·k: 1 for T5, 1/√Dk elsewhere. */
  readonly scale: number;
  /** `[H, Tq, Tk]`, added to the scores of every batch item. */
  readonly bias?: Tensor;
  /** u32 `[B, Tk]`, 1 = real key. */
  readonly keyMask?: Tensor;
  /** Query i sees keys 0..i only. */
  readonly isCausal?: boolean;
  /** Share of weights dropped (the rest is scaled up); needs `dropoutStream`. */
  readonly dropoutRate?: number;
  /** Number that tells this use's random draws from all others of the step. */
  readonly dropoutStream?: number;
  /** Use the readable kernels; they also serve head widths that are no multiple of 4. */
  readonly isPlain?: boolean;
}

/**
 * Scaled dot-product attention, softmax(scale · Q Kᵀ + bias) V per head (Vaswani et al. 2017), fused: no score tensor in
 * the forward pass. Masked scores are the most negative finite f32, so a query without any allowed key averages all
 * values, and masked scores get no gradient.
 * @returns `[B, Tq, H·Dk]`.  @throws ShapeError `tensor/shape`, `tensor/dtype`, `attention/dropout`
 */
export function attention(inputs: AttentionInputs): Tensor {
  const {
    q,
    k,
    v,
    heads,
    scale,
    bias,
    keyMask,
    isCausal = false,
    dropoutRate = 0,
    dropoutStream,
    isPlain = false,
  } = inputs;
  for (const tensor of [q, k, v]) requireDtype('attention', tensor, 'f32');
  requireShapes(
    'attention',
    q.shape.length === 3 && k.shape.length === 3 && sameShape(k.shape, v.shape),
    'q [B, Tq, H·Dk], k and v [B, Tk, H·Dk]',
    q,
    k,
    v,
  );
  const [batch, queries, width] = [sizeAt(q.shape, 0), sizeAt(q.shape, 1), sizeAt(q.shape, 2)];
  const keys = sizeAt(k.shape, 1);
  requireShapes(
    'attention',
    sizeAt(k.shape, 0) === batch && sizeAt(k.shape, 2) === width,
    'equal batch and width of q and k',
    q,
    k,
  );
  requireShapes(
    'attention',
    keys > 0 && heads > 0 && width > 0 && width % heads === 0,
    `at least one key and a width divisible by ${heads} heads`,
    q,
    k,
  );
  if (bias) {
    requireDtype('attention bias', bias, 'f32');
    requireShapes(
      'attention bias',
      sameShape(bias.shape, [heads, queries, keys]),
      `[${heads}, ${queries}, ${keys}]`,
      bias,
    );
  }
  if (keyMask) {
    requireDtype('attention keyMask', keyMask, 'u32');
    requireShapes('attention keyMask', sameShape(keyMask.shape, [batch, keys]), `[${batch}, ${keys}]`, keyMask);
  }
  if (!(dropoutRate >= 0 && dropoutRate < 1) || (dropoutRate > 0 && dropoutStream === undefined))
    throw new ShapeError(
      'attention/dropout',
      `attention: wanted 0 ≤ dropoutRate < 1 and a dropoutStream with it, got rate ${dropoutRate} and stream ${dropoutStream}.`,
    );
  const attributes: AttentionAttributes = {
    batch,
    heads,
    queries,
    keys,
    headWidth: width / heads,
    scale,
    isCausal,
    dropoutRate,
    dropoutStream: dropoutStream ?? 0,
    isPlain,
    hasBias: bias !== undefined,
    hasMask: keyMask !== undefined,
  };
  // An absent operand's binding still wants a buffer; q stands in and is not read there.
  const operands = [q, k, v, bias ?? q, keyMask ?? q, dropoutRate > 0 ? stepStateLeaf() : q];
  const [out] = recordMany(ATTENTION, operands, attributes, [
    { shape: q.shape, dtype: 'f32' },
    { shape: [batch, heads, queries], dtype: 'f32' },
  ]);
  return out as Tensor;
}

/** Gradients of q, k, v and of the bias where there is one; `out` and `lse` are the forward node's outputs. */
export function attentionGrad(
  operands: readonly Tensor[],
  out: Tensor,
  lse: Tensor,
  gradOut: Tensor,
  attributes: AttentionAttributes,
): Tensor[] {
  requireShapes('attentionGrad', countOf(out) === countOf(gradOut), 'a gradient of the result', out, gradOut);
  const shapes = operands.slice(0, attributes.hasBias ? 4 : 3).map(({ shape }) => ({ shape, dtype: 'f32' as const }));
  return recordMany(ATTENTION_GRAD, [...operands, out, lse, gradOut], attributes, shapes);
}
