/** Cross-entropy over classes, row by row, and its mean over the rows that count. */
import { countOf, defineOp, record, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

export interface CrossEntropyAttributes {
  /** Rows with this target have loss 0 and gradient 0, as have rows whose target is no class. */
  readonly ignored: number;
}

export interface CrossEntropyOptions {
  /** Target that marks a row to leave out; by default only targets of V and more do. */
  readonly ignoreIndex?: number;
}

const NEVER = 0xffff_ffff;

/** Outputs losses [N] and lse [N]; inputs logits [N, V], targets [N]. */
export const CROSS_ENTROPY = defineOp<CrossEntropyAttributes>('cross_entropy');
/** dLogits; inputs logits, targets, lse, gradient of the losses. */
export const CROSS_ENTROPY_GRAD = defineOp<CrossEntropyAttributes>('cross_entropy_grad');
/** Outputs the mean and 1 / count, scalars; inputs losses [N], targets [N]. */
export const MEAN_COUNTED = defineOp<CrossEntropyAttributes & { classes: number }>('mean_counted');

/**
 * −log softmax(logits)[target] for each row.
 * @param logits [N, V] @param targets u32 [N]
 * @returns losses [N], 0 in ignored rows, and lse [N], each row's log Σ exp (no gradient flows through lse).
 * @throws ShapeError
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions = {},
): { losses: Tensor; lse: Tensor } {
  requireDtype('crossEntropy', logits, 'f32');
  requireDtype('crossEntropy', targets, 'u32');
  const isRows =
    logits.shape.length === 2 && targets.shape.length === 1 && sizeAt(logits.shape, 0) === countOf(targets);
  requireShapes(
    'crossEntropy',
    isRows && sizeAt(logits.shape, 1) > 0,
    'logits [N, V] and targets [N]',
    logits,
    targets,
  );
  const specs = [
    { shape: targets.shape, dtype: 'f32' },
    { shape: targets.shape, dtype: 'f32' },
  ] as const;
  const [losses, lse] = recordMany(
    CROSS_ENTROPY,
    [logits, targets],
    { ignored: options.ignoreIndex ?? NEVER },
    specs,
  ) as [Tensor, Tensor];
  return { losses, lse };
}

/** Mean cross-entropy over the rows that are not ignored (counted on the GPU), a scalar; 0 if all are. @throws ShapeError */
export function meanCrossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { losses } = crossEntropy(logits, targets, options);
  return meanCounted(losses, targets, sizeAt(logits.shape, 1), options);
}

/**
 * Mean of `losses` [N] over the rows whose target u32 [N] is below `classes` and not ignored. The losses and their gradients
 * must be 0 in the other rows; see to it before.
 */
export function meanCounted(
  losses: Tensor,
  targets: Tensor,
  classes: number,
  options: CrossEntropyOptions = {},
): Tensor {
  requireShapes('meanCounted', countOf(losses) === countOf(targets), 'one target a loss', losses, targets);
  const attributes = { ignored: options.ignoreIndex ?? NEVER, classes };
  const scalarSpec = { shape: [], dtype: 'f32' } as const;
  const [mean] = recordMany(MEAN_COUNTED, [losses, targets], attributes, [scalarSpec, scalarSpec]);
  return mean as Tensor;
}

/** (softmax(logits) − one-hot(target)) · gradLosses[row], the only [N, V] array of the backward pass. */
export function crossEntropyGrad(
  logits: Tensor,
  targets: Tensor,
  lse: Tensor,
  gradLosses: Tensor,
  attributes: CrossEntropyAttributes,
): Tensor {
  return record(CROSS_ENTROPY_GRAD, [logits, targets, lse, gradLosses], attributes, logits.shape);
}
