/** Rows of a table by id, and the deterministic sum that is the gradient. */
import { ShapeError } from '../../base/errors';
import { countOf, defineOp, record, recordMany, requireDtype, requireShapes, type Tensor } from '../graph';
import { sizeAt } from '../shape';

/** Where each row's positions are: what `invertIndex` makes on the host and `buildIndex` on the GPU. */
export interface RowIndex {
  /** `[n]` u32: positions sorted by id, ascending within one id. */
  readonly order: Tensor;
  /** `[V + 1]` u32: row v's positions are order[starts[v]] … order[starts[v + 1] - 1]. */
  readonly starts: Tensor;
}

export interface EmbeddingOptions {
  /** A row whose look-ups send no gradient to the table (its value is used as it is). */
  readonly paddingId?: number;
}

/** No row is frozen. */
export const NO_PADDING = 0xffff_ffff;

/** y = table[ids]; inputs table, ids and, if the host made them, order and starts. */
export const GATHER_ROWS = defineOp<{ paddingId: number }>('gather_rows');
/** dTable[v] = Σ over ids[i] = v of dy[i]; inputs dy, ids, order, starts. */
export const SCATTER_ROWS = defineOp<{ rows: number; paddingId: number }>('scatter_rows');
/** scale · Σ table[ids] · x, over each row (`isRowwise`) or over all; made by fusing. Inputs table, ids, x. */
export const GATHER_DOT = defineOp<{ isRowwise: boolean; scale: number }>('gather_dot');
/** order and starts of ids. */
export const BUILD_INDEX = defineOp<{ rows: number }>('build_index');

/**
 * Embedding look-up: `table` [V, D], `ids` u32 [...] → [..., D]. An id of V or more gives zeros. The gradient is summed in
 * ascending position, so it has the same bits in every run.
 * @param index the ids' inverted index as batch inputs (from `invertIndex`); without it the GPU sorts the ids in n² steps.
 * @throws ShapeError `tensor/shape`, `tensor/dtype`
 */
export function embedding(table: Tensor, ids: Tensor, index?: RowIndex, options: EmbeddingOptions = {}): Tensor {
  requireDtype('embedding', table, 'f32');
  requireDtype('embedding', ids, 'u32');
  requireShapes('embedding', table.shape.length === 2, 'a table [V, D]', table);
  if (index) requireIndex('embedding', index, countOf(ids), sizeAt(table.shape, 0));
  const inputs = index ? [table, ids, index.order, index.starts] : [table, ids];
  return record(GATHER_ROWS, inputs, { paddingId: options.paddingId ?? NO_PADDING }, [
    ...ids.shape,
    sizeAt(table.shape, 1),
  ]);
}

/** Sums the rows of `grad` [..., D] by id into [V, D]; rows without an id are zero. @throws ShapeError */
export function scatterRows(grad: Tensor, ids: Tensor, index: RowIndex, rows: number, paddingId = NO_PADDING): Tensor {
  const width = sizeAt(grad.shape, -1);
  requireShapes('scatterRows', countOf(grad) === countOf(ids) * width, 'one row of grad an id', grad, ids);
  requireIndex('scatterRows', index, countOf(ids), rows);
  return record(SCATTER_ROWS, [grad, ids, index.order, index.starts], { rows, paddingId }, [rows, width]);
}

/** The inverted index of `ids` on the GPU, for ids that the host does not know. */
export function buildIndex(ids: Tensor, rows: number): RowIndex {
  requireDtype('buildIndex', ids, 'u32');
  const specs = [
    { shape: [countOf(ids)], dtype: 'u32' },
    { shape: [rows + 1], dtype: 'u32' },
  ] as const;
  const [order, starts] = recordMany(BUILD_INDEX, [ids], { rows }, specs) as [Tensor, Tensor];
  return { order, starts };
}

function requireIndex(operation: string, index: RowIndex, count: number, rows: number): void {
  requireDtype(operation, index.order, 'u32');
  requireDtype(operation, index.starts, 'u32');
  requireShapes(
    operation,
    countOf(index.order) === count && countOf(index.starts) === rows + 1,
    `an index of ${count} ids and ${rows} rows`,
    index.order,
    index.starts,
  );
}

/**
 * The inverted index of a batch's ids by a counting sort, O(n + V): upload `order` and `starts` with the batch.
 * Ids of V or more come last and belong to no row. @throws ShapeError `embedding/rows`
 */
export function invertIndex(
  ids: Uint32Array,
  rows: number,
): { order: Uint32Array<ArrayBuffer>; starts: Uint32Array<ArrayBuffer> } {
  if (!Number.isInteger(rows) || rows < 0)
    throw new ShapeError('embedding/rows', `invertIndex: wanted a number of rows, got ${rows}.`);
  // Indexed loops: this runs with every batch, and iterators cost several times the sort itself.
  const count = ids.length;
  const starts = new Uint32Array(rows + 1);
  let outside = 0;
  for (let position = 0; position < count; position++) {
    const id = ids[position] as number;
    if (id < rows) starts[id + 1] = (starts[id + 1] as number) + 1;
    else outside++;
  }
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  const next = starts.slice();
  next[rows] = count - outside;
  const order = new Uint32Array(count);
  for (let position = 0; position < count; position++) {
    const row = Math.min(ids[position] as number, rows);
    const place = next[row] as number;
    order[place] = position;
    next[row] = place + 1;
  }
  return { order, starts };
}
