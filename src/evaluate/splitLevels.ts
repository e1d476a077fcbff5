/**
 * How close an item is to another code at each level of a residual tokenizer: r_0 is the latent, r_{l+1} = r_l − e_l, and
 * the boundary of level l is the distance from r_l to the nearest point that belongs to another entry,
 * min over e ≠ e_l of (‖r − e‖² − ‖r − e_l‖²) / (2‖e − e_l‖). Items of one identifier have the same entries, so they lie as
 * far apart at every level: the level with the nearest boundary is where they would have split first.
 */

export interface LevelMargin {
  /** Nearest entry, the smaller index on ties. */
  readonly code: number;
  /** ‖r_l‖ before the level's entry is taken off. */
  readonly residual: number;
  /** To the nearest other code; infinite for a book of one entry. */
  readonly boundary: number;
}

/** @param latent `[D]`. @param books one `[K, D]` a level */
export function levelMargins(latent: Float32Array, books: readonly Float32Array[]): LevelMargin[] {
  const width = latent.length;
  const rest = Float64Array.from(latent);
  return books.map((book) => {
    const margin = marginOf(rest, book);
    for (let d = 0; d < width; d++) rest[d] = (rest[d] ?? 0) - (book[margin.code * width + d] ?? 0);
    return margin;
  });
}

/**
 * The same where every level quantises a vector of its own, whatever the others chose (UTGRec's prefix residual).
 * @param vectors `[L, D]`. @param books one `[K, D]` a level
 */
export function prefixMargins(vectors: Float32Array, books: readonly Float32Array[]): LevelMargin[] {
  const width = vectors.length / Math.max(1, books.length);
  return books.map((book, level) =>
    marginOf(Float64Array.from(vectors.subarray(level * width, (level + 1) * width)), book),
  );
}

function marginOf(point: Float64Array, book: Float32Array): LevelMargin {
  const width = point.length;
  const entries = book.length / width;
  const distances = Array.from({ length: entries }, (_, entry) => squaredDistance(point, book, entry));
  const code = distances.reduce((best, value, entry) => (value < (distances[best] ?? 0) ? entry : best), 0);
  let boundary = Number.POSITIVE_INFINITY;
  const chosen = Float64Array.from(book.subarray(code * width, (code + 1) * width));
  for (let entry = 0; entry < entries; entry++) {
    const apart = Math.sqrt(squaredDistance(chosen, book, entry));
    if (apart > 0) boundary = Math.min(boundary, ((distances[entry] ?? 0) - (distances[code] ?? 0)) / (2 * apart));
  }
  return { code, residual: Math.hypot(...point), boundary };
}

export interface SplitPlace {
  /** From 0. */
  readonly level: number;
  /** Which of the items is nearest to another code. */
  readonly member: number;
  readonly boundary: number;
}

/** Where items of one identifier would split first: the nearest boundary of any of them. Null without items or levels. */
export function splitPlace(members: readonly (readonly LevelMargin[])[]): SplitPlace | null {
  let found: SplitPlace | null = null;
  members.forEach((margins, member) => {
    margins.forEach(({ boundary }, level) => {
      if (!found || boundary < found.boundary) found = { level, member, boundary };
    });
  });
  return found;
}

function squaredDistance(point: Float64Array, book: Float32Array, entry: number): number {
  let sum = 0;
  for (let d = 0; d < point.length; d++) sum += ((point[d] ?? 0) - (book[entry * point.length + d] ?? 0)) ** 2;
  return sum;
}
