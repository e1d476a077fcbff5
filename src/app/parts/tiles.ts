/** Pictures of sixteen tiles in place of missing ones: from a number, or from the codes of an item. */

/** Tones of the sixteen places, row by row: 0 to 6, or null for an empty one. */
export type Tiles = readonly (number | null)[];

const SIDE = 4;
const TONES = 7;

/** A stream of 32-bit numbers; the same for the same start. */
function* numbersFrom(start: number): Generator<number, never> {
  let state = start >>> 0;
  while (true) {
    // Constants of a full-period generator: Press et al., Numerical Recipes, "ranqd1".
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

export function tilesOfNumber(seed: number): Tiles {
  const numbers = numbersFrom(seed * 2654435761 + 12345);
  return Array.from({ length: SIDE * SIDE }, () => {
    const tone = numbers.next().value >>> 29;
    return tone === TONES ? null : tone;
  });
}

/** Of the eight places of the left half, so many are filled: 56 shapes, in seven tones each. */
const FILLED = 5;
/** So many of the ten tiles keep the first code's tone. */
const KEPT = 6;

/**
 * A picture of a path of codes: the first code gives the shape, mirrored left to right, and its tone; every further code recolours
 * a tile or two. Items that share their first codes look alike, the more of them the more.
 */
export function tilesOfCodes(codes: readonly number[]): Tiles {
  const tiles: (number | null)[] = Array.from({ length: SIDE * SIDE }, () => null);
  let seed = 2166136261;
  let own = 0;
  for (const [level, code] of codes.entries()) {
    seed = Math.imul(seed ^ (code + 1), 2654435761) >>> 0;
    const numbers = numbersFrom(seed);
    // Low bits of the stream repeat soon.
    const draw = (count: number): number => (numbers.next().value >>> 16) % count;
    if (level === 0) {
      own = draw(TONES);
      const places = Array.from({ length: (SIDE * SIDE) / 2 }, (_, place) => place);
      for (let each = 0; each < FILLED; each++) {
        const place = places.splice(draw(places.length), 1)[0] ?? 0;
        const [row, column] = [Math.floor(place / 2), place % 2];
        tiles[row * SIDE + column] = own;
        tiles[row * SIDE + SIDE - 1 - column] = own;
      }
      continue;
    }
    for (let each = level === 1 ? 2 : 1; each > 0; each--) {
      const isOwn = tiles.filter((tone) => tone === own).length > KEPT;
      const places = tiles.flatMap((tone, place) => (tone !== null && (tone === own) === isOwn ? [place] : []));
      tiles[places[draw(places.length)] ?? 0] = (own + 1 + draw(TONES - 1)) % TONES;
    }
  }
  return tiles;
}
