/**
 * The best one-to-one matching of rows to columns (Hungarian problem), exact, by shortest augmenting paths with potentials
 * (Jonker and Volgenant 1987, as in the O(n³) form of Kuhn 1955). Small n: a codebook has at most a few hundred codes.
 */
import { ShapeError } from '../base/errors';

/**
 * Column of every row [n] so that the sum of `weights` is largest. Ties: any of the best.
 * @param weights f64 [n, n], finite
 * @throws ShapeError `assignment/size`
 */
export function bestAssignment(weights: Float64Array, n: number): Int32Array {
  if (weights.length !== n * n)
    throw new ShapeError(
      'assignment/size',
      `best assignment: wanted ${n} × ${n} weights, got ${weights.length} numbers.`,
    );
  // Columns are counted from 1; column 0 stands for "the row being placed".
  const rowPotential = new Float64Array(n + 1);
  const columnPotential = new Float64Array(n + 1);
  const rowOfColumn = new Int32Array(n + 1).fill(-1);
  const previous = new Int32Array(n + 1);
  const slack = new Float64Array(n + 1);
  const isDone = new Uint8Array(n + 1);
  for (let row = 0; row < n; row++) {
    rowOfColumn[0] = row;
    slack.fill(Number.POSITIVE_INFINITY);
    isDone.fill(0);
    let column = 0;
    do {
      isDone[column] = 1;
      const at = rowOfColumn[column] ?? 0;
      let least = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let candidate = 1; candidate <= n; candidate++) {
        if (isDone[candidate]) continue;
        // Costs are negated weights.
        const reduced =
          -(weights[at * n + candidate - 1] ?? 0) - (rowPotential[at] ?? 0) - (columnPotential[candidate] ?? 0);
        if (reduced < (slack[candidate] ?? 0)) {
          slack[candidate] = reduced;
          previous[candidate] = column;
        }
        if ((slack[candidate] ?? 0) < least) {
          least = slack[candidate] ?? 0;
          next = candidate;
        }
      }
      for (let candidate = 0; candidate <= n; candidate++) {
        if (isDone[candidate]) {
          const placed = rowOfColumn[candidate] ?? 0;
          rowPotential[placed] = (rowPotential[placed] ?? 0) + least;
          columnPotential[candidate] = (columnPotential[candidate] ?? 0) - least;
        } else slack[candidate] = (slack[candidate] ?? 0) - least;
      }
      column = next;
    } while ((rowOfColumn[column] ?? -1) >= 0);
    while (column !== 0) {
      const before = previous[column] ?? 0;
      rowOfColumn[column] = rowOfColumn[before] ?? -1;
      column = before;
    }
  }
  const columns = new Int32Array(n);
  for (let column = 1; column <= n; column++) columns[rowOfColumn[column] ?? 0] = column - 1;
  return columns;
}
