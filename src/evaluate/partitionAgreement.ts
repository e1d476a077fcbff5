/**
 * How far two ways of coding the same items agree at one level. Codes are names, so agreement is given raw (same code) and
 * matched (after the best renaming of codes), and as adjusted mutual information, which no renaming changes.
 */
import { ShapeError } from '../base/errors';
import { bestAssignment } from './assignment';

export interface PartitionAgreement {
  /** Share of the items with the same code in both. */
  readonly raw: number;
  /** The same after renaming the second's codes so that it is largest. */
  readonly matched: number;
  /** Adjusted mutual information: 1 for equal partitions, about 0 for independent ones (can be below). */
  readonly adjustedInformation: number;
}

/**
 * @param first @param second codes [N] below `codes`
 * @throws ShapeError `agreement/items` for different lengths or none
 */
export function partitionAgreement(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  codes: number,
): PartitionAgreement {
  const count = first.length;
  if (count === 0 || count !== second.length)
    throw new ShapeError(
      'agreement/items',
      `agreement: wanted codes of the same items, got ${first.length} and ${second.length}.`,
    );
  const table = contingency(first, second, codes);
  let same = 0;
  for (let code = 0; code < codes; code++) same += table[code * codes + code] ?? 0;
  // A renaming that keeps every item is the best there is.
  let matched = same;
  if (same < count) {
    matched = 0;
    bestAssignment(table, codes).forEach((column, row) => {
      matched += table[row * codes + column] ?? 0;
    });
  }
  return {
    raw: same / count,
    matched: matched / count,
    adjustedInformation: adjustedMutualInformation(table, codes, count),
  };
}

/** Items at each pair of codes, f64 [codes, codes]; row = code in the first. */
export function contingency(first: ArrayLike<number>, second: ArrayLike<number>, codes: number): Float64Array {
  const table = new Float64Array(codes * codes);
  for (let item = 0; item < first.length; item++) {
    const cell = (first[item] ?? 0) * codes + (second[item] ?? 0);
    table[cell] = (table[cell] ?? 0) + 1;
  }
  return table;
}

/**
 * Vinh, Epps and Bailey 2010, "Information theoretic measures for clusterings comparison", with the arithmetic mean of the
 * entropies; the expectation is over random partitions with the same sizes (hypergeometric).
 */
export function adjustedMutualInformation(table: Float64Array, codes: number, count: number): number {
  const rows = new Float64Array(codes);
  const columns = new Float64Array(codes);
  table.forEach((items, cell) => {
    const row = Math.floor(cell / codes);
    rows[row] = (rows[row] ?? 0) + items;
    columns[cell % codes] = (columns[cell % codes] ?? 0) + items;
  });
  let information = 0;
  table.forEach((items, cell) => {
    if (items === 0) return;
    const expected = (rows[Math.floor(cell / codes)] ?? 0) * (columns[cell % codes] ?? 0);
    information += (items / count) * Math.log((items * count) / expected);
  });
  const [rowEntropy, columnEntropy] = [entropyOf(rows, count), entropyOf(columns, count)];
  // One code for all in both, or every item alone in both: the same partition.
  if (rowEntropy === 0 && columnEntropy === 0) return 1;
  const expected = expectedInformation(rows, columns, count);
  const most = (rowEntropy + columnEntropy) / 2;
  const room = most - expected;
  // Sizes that leave no other partition: nothing to adjust.
  if (Math.abs(room) < 1e-12) return Math.abs(information - expected) < 1e-12 ? 1 : 0;
  return (information - expected) / room;
}

function entropyOf(sizes: Float64Array, count: number): number {
  let entropy = 0;
  for (const size of sizes) if (size > 0) entropy -= (size / count) * Math.log(size / count);
  return entropy;
}

/** Equal sizes give equal terms, so each pair of distinct sizes is summed once. */
function expectedInformation(rows: Float64Array, columns: Float64Array, count: number): number {
  const logFactorial = new Float64Array(count + 1);
  for (let n = 2; n <= count; n++) logFactorial[n] = (logFactorial[n - 1] ?? 0) + Math.log(n);
  const f = (n: number): number => logFactorial[n] ?? 0;
  let sum = 0;
  for (const [a, timesA] of sizesOf(rows))
    for (const [b, timesB] of sizesOf(columns)) {
      const fixed = f(a) + f(b) + f(count - a) + f(count - b) - f(count);
      let term = 0;
      for (let n = Math.max(1, a + b - count); n <= Math.min(a, b); n++) {
        const chance = Math.exp(fixed - f(n) - f(a - n) - f(b - n) - f(count - a - b + n));
        term += (n / count) * Math.log((count * n) / (a * b)) * chance;
      }
      sum += timesA * timesB * term;
    }
  return sum;
}

function sizesOf(sizes: Float64Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const size of sizes) if (size > 0) counts.set(size, (counts.get(size) ?? 0) + 1);
  return counts;
}
