/**
 * What the recommended lists as a whole look like: how much of the catalogue they reach, and how popular it is. Neither says
 * that a list is right; a system that recommends everybody the same ten items has coverage 10 / N.
 */
import { ShapeError } from '../base/errors';

/** Best items of every user, `width` places a user, `NO_PLACE` behind a shorter list. */
export interface RecommendedLists {
  readonly width: number;
  /** u32 [users, width] */
  readonly items: Uint32Array;
}

/** No item: the list is shorter, or the search gave something that is no item. */
export const NO_PLACE = 0xffff_ffff;

export interface ListMetric {
  readonly cutoff: number;
  /** Share of the catalogue's items that are in the first `cutoff` of at least one user. */
  readonly coverage: number;
  /** Mean popularity of all places within the cut-off over the mean popularity of the users' targets: 1 = as popular as what users take. */
  readonly popularityBias: number;
}

/**
 * Coverage and popularity bias at each cut-off; empty places count in neither.
 * @param popularity interactions of every item [N] in the training part
 * @param targets the held-out item of every user
 * @throws ShapeError `lists/width` for a cut-off beyond the lists, `lists/users`, `lists/item`
 */
export function listMetrics(
  lists: RecommendedLists,
  popularity: Uint32Array,
  targets: Uint32Array,
  cutoffs: readonly number[],
): ListMetric[] {
  const { width, items } = lists;
  if (items.length !== width * targets.length)
    throw new ShapeError(
      'lists/users',
      `list metrics: wanted ${width} places for each of ${targets.length} users, came ${items.length}; give every user's list.`,
    );
  const meanTarget = targets.reduce((sum, item) => sum + (popularity[item] ?? 0), 0) / Math.max(1, targets.length);
  return cutoffs.map((cutoff) => {
    if (cutoff > width)
      throw new ShapeError(
        'lists/width',
        `list metrics: wanted lists of ${cutoff} items, they have ${width}; recommend more or lower the cut-off.`,
      );
    const reached = new Uint8Array(popularity.length);
    let total = 0;
    let places = 0;
    for (let first = 0; first < items.length; first += width)
      for (let place = first; place < first + cutoff; place++) {
        const item = items[place] as number;
        if (item === NO_PLACE) continue;
        if (item >= popularity.length)
          throw new ShapeError(
            'lists/item',
            `list metrics: item ${item} is not in a catalogue of ${popularity.length}.`,
          );
        reached[item] = 1;
        total += popularity[item] as number;
        places++;
      }
    const coverage = reached.reduce((sum, is) => sum + is, 0) / Math.max(1, popularity.length);
    const popularityBias = places === 0 || meanTarget === 0 ? 0 : total / places / meanTarget;
    return { cutoff, coverage, popularityBias };
  });
}

/**
 * The `width` best items by score, best first, equal scores by ascending item, NaN never; items in `excluded` are left out.
 * One pass with an insertion into a short list: most items fail the first comparison.
 */
export function topItems(scores: ArrayLike<number>, width: number, excluded?: ReadonlySet<number>): Uint32Array {
  const items = new Uint32Array(width).fill(NO_PLACE);
  const held = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  let count = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] as number;
    const isBelow = count === width && !(score > (held[width - 1] as number));
    if (isBelow || Number.isNaN(score) || excluded?.has(item)) continue;
    let place = Math.min(count, width - 1);
    while (place > 0 && score > (held[place - 1] as number)) {
      held[place] = held[place - 1] as number;
      items[place] = items[place - 1] as number;
      place--;
    }
    held[place] = score;
    items[place] = item;
    if (count < width) count++;
  }
  return items;
}
