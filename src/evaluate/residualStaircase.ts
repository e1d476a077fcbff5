/** What a residual tokenizer leaves unexplained after each level, for all items and for each domain (residual staircase). */

export interface Staircase {
  readonly name: string;
  readonly items: number;
  /** Σ‖r_l‖² / Σ‖r_0‖² before the first level (1) and after each, [L + 1]; zeros where the latents are zero. */
  readonly left: readonly number[];
}

interface ResidualItems {
  /** [n, D] */
  readonly latents: Float32Array;
  readonly width: number;
  /** One `[K, D]` a level. */
  readonly books: readonly Float32Array[];
  /** Group of each row and the names of groups; null for all items only. */
  readonly groups: { readonly of: readonly number[]; readonly names: readonly string[] } | null;
}

/**
 * r_0 is the latent, r_{l+1} = r_l minus its nearest entry of level l (the smaller index on ties).
 * @returns all items first, then every group that has items. O(n·L·K·D)
 */
export function residualStaircases({ latents, width, books, groups }: ResidualItems): Staircase[] {
  const rows = latents.length / width;
  const lengths = Array.from({ length: rows }, (_, row) =>
    squaredResiduals(latents.subarray(row * width, (row + 1) * width), books),
  );
  const staircase = (name: string, members: readonly (readonly number[])[]): Staircase => {
    const totals = [...Array(books.length + 1).keys()].map((level) =>
      members.reduce((sum, squares) => sum + (squares[level] ?? 0), 0),
    );
    const first = totals[0] ?? 0;
    return { name, items: members.length, left: totals.map((total) => (first === 0 ? 0 : total / first)) };
  };
  const own = (groups?.names ?? []).map((name, group) =>
    staircase(
      name,
      lengths.filter((_, row) => groups?.of[row] === group),
    ),
  );
  return [staircase('all items', lengths), ...own.filter(({ items }) => items > 0)];
}

/** ‖r_0‖², ‖r_1‖² … [L + 1] */
function squaredResiduals(latent: Float32Array, books: readonly Float32Array[]): number[] {
  const rest = Float64Array.from(latent);
  const width = rest.length;
  const squares = [rest.reduce((sum, value) => sum + value * value, 0)];
  for (const book of books) {
    let least = Number.POSITIVE_INFINITY;
    let chosen = 0;
    for (let entry = 0; entry < book.length / width; entry++) {
      let distance = 0;
      for (let d = 0; d < width && distance < least; d++)
        distance += ((rest[d] ?? 0) - (book[entry * width + d] ?? 0)) ** 2;
      if (distance >= least) continue;
      least = distance;
      chosen = entry;
    }
    for (let d = 0; d < width; d++) rest[d] = (rest[d] ?? 0) - (book[chosen * width + d] ?? 0);
    squares.push(least);
  }
  return squares;
}
