/**
 * Mean cross-entropy of a linear layer over a large table, without the [R, V] logits: rows go through in chunks, and each
 * chunk's logits become its gradient in place. Problem: 2,048 rows over 77,551 items are 606 MiB of logits, above the 128 MiB
 * that every adapter binds. Approach: since the loss is a mean, its gradient is known once the rows that count are counted, so
 * the forward pass makes it (one product for the logits, two for the gradients, none twice); the backward pass only scales it.
 */
import { ShapeError } from '../../base/errors';
import { countOf, defineOp, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

export interface LinearCrossEntropyAttributes {
  readonly classes: number;
  readonly hasGradient: boolean;
  /** Rows a chunk at most, a multiple of 64; 0 = what the adapter's limits and caches suggest. */
  readonly chunkRows: number;
}

/** Outputs the mean, the row losses [R] and, with a gradient, dH [R, D] and dTable [V, D] of the mean; inputs h, table, targets. */
export const LINEAR_CROSS_ENTROPY = defineOp<LinearCrossEntropyAttributes>('linear_cross_entropy');

/** Chunks start where bindings may: at multiples of 64 rows (256 bytes of one number a row). */
export const CHUNK_STEP = 64;
/** The table's rows are read and written four at a time. */
export const TABLE_STEP = 4;

/** Rows of a table for `classes` classes: the next multiple of four. The rows on top take no part in anything. */
export const tableRows = (classes: number): number => Math.ceil(classes / TABLE_STEP) * TABLE_STEP;

export interface LinearCrossEntropyOptions {
  /** Classes are rows 0 … classes − 1 of the table; by default all rows. */
  readonly classes?: number;
  /** False for evaluation: no gradient is made, and asking for one is an error. */
  readonly hasGradient?: boolean;
  readonly chunkRows?: number;
}

/**
 * Mean over the rows that count of −log softmax(h · tableᵀ)[target]; rows whose target is no class do not count.
 * @param h [R, D] @param table [V, D], V a multiple of 4 @param targets u32 [R]
 * @returns the mean, a scalar (0 if no row counts), and the row losses [R], through which no gradient flows.
 * @throws ShapeError `tensor/shape`, `linearCrossEntropy/classes`, `linearCrossEntropy/chunk`
 */
export function linearCrossEntropy(
  h: Tensor,
  table: Tensor,
  targets: Tensor,
  options: LinearCrossEntropyOptions = {},
): { mean: Tensor; losses: Tensor } {
  requireDtype('linearCrossEntropy', h, 'f32');
  requireDtype('linearCrossEntropy', table, 'f32');
  requireDtype('linearCrossEntropy', targets, 'u32');
  const fits =
    h.shape.length === 2 &&
    table.shape.length === 2 &&
    sizeAt(h.shape, 1) === sizeAt(table.shape, 1) &&
    sizeAt(h.shape, 0) === countOf(targets) &&
    countOf(targets) > 0 &&
    sizeAt(table.shape, 0) % TABLE_STEP === 0;
  requireShapes(
    'linearCrossEntropy',
    fits,
    'h [R, D], table [V, D] with V a multiple of 4, targets [R]',
    h,
    table,
    targets,
  );
  const rows = sizeAt(table.shape, 0);
  const { classes = rows, hasGradient = true, chunkRows = 0 } = options;
  if (!Number.isInteger(classes) || classes < 1 || classes > rows)
    throw new ShapeError(
      'linearCrossEntropy/classes',
      `linearCrossEntropy: wanted 1 to ${rows} classes (the table's rows), got ${classes}.`,
    );
  if (!Number.isInteger(chunkRows) || chunkRows < 0 || chunkRows % CHUNK_STEP !== 0)
    throw new ShapeError(
      'linearCrossEntropy/chunk',
      `linearCrossEntropy: wanted chunks of a multiple of ${CHUNK_STEP} rows, got ${chunkRows}.`,
    );
  const f32 = (shape: readonly number[]) => ({ shape, dtype: 'f32' }) as const;
  const gradients = hasGradient ? [f32(h.shape), f32(table.shape)] : [];
  const [mean, losses] = recordMany(LINEAR_CROSS_ENTROPY, [h, table, targets], { classes, hasGradient, chunkRows }, [
    f32([]),
    f32(targets.shape),
    ...gradients,
  ]);
  return { mean: mean as Tensor, losses: losses as Tensor };
}
