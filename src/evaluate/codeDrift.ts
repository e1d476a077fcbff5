/**
 * What happens to items' codes from one tokenizer to the next (MTGRec keeps the epochs at the end of one training). Every
 * item falls into exactly one class at each level of each step.
 */
import { ShapeError } from '../base/errors';

/** Codes of every item by one tokenizer. */
export interface CodeTable {
  /** [N, L], code below `codes`; without the conflict digit. */
  readonly assignments: Uint16Array;
  readonly levels: number;
  readonly codes: number;
  /**
   * Nearest other entry of each entry [L, codes] (L2 in the codebook), or null where the codebooks are not known: then
   * no move counts as near.
   */
  readonly neighbours: Uint16Array | null;
}

/**
 * `collided`: the whole identifier is now shared with an item it was not shared with before, whatever happened at this
 * level. Of the others: `kept` the code, moved to the code `near`est to the old one in the old codebook, or `far`.
 */
export const DRIFT_CLASSES = ['kept', 'near', 'far', 'collided'] as const;
export type DriftClass = (typeof DRIFT_CLASSES)[number];

/** Class of every item at every level, u8 [N, L]: index into DRIFT_CLASSES. @throws ShapeError `drift/tables` */
export function driftClasses(before: CodeTable, after: CodeTable): Uint8Array {
  const { levels, codes, assignments } = before;
  if (levels !== after.levels || codes !== after.codes || assignments.length !== after.assignments.length)
    throw new ShapeError(
      'drift/tables',
      `drift: wanted two tables of the same items, levels and codes, got [${assignments.length / levels}, ${levels}] of ${codes} and [${after.assignments.length / after.levels}, ${after.levels}] of ${after.codes}.`,
    );
  const collided = newlyCollided(before, after);
  const classes = new Uint8Array(assignments.length);
  for (let at = 0; at < assignments.length; at++) {
    const [from = 0, to = 0] = [assignments[at], after.assignments[at]];
    if (collided[Math.floor(at / levels)]) classes[at] = 3;
    else if (from === to) classes[at] = 0;
    else classes[at] = before.neighbours?.[(at % levels) * codes + from] === to ? 1 : 2;
  }
  return classes;
}

/** 1 for items whose identifier is shared, after the step, with an item it was not shared with before. */
export function newlyCollided(before: CodeTable, after: CodeTable): Uint8Array {
  const [old, fresh] = [identifierNumbers(before), identifierNumbers(after)];
  const groups = new Map<number, { size: number; old: number; isMixed: boolean }>();
  for (let item = 0; item < fresh.length; item++) {
    const group = groups.get(fresh[item] ?? 0);
    if (!group) groups.set(fresh[item] ?? 0, { size: 1, old: old[item] ?? 0, isMixed: false });
    else {
      group.size++;
      group.isMixed ||= group.old !== old[item];
    }
  }
  // In a group with more than one old identifier every item meets one that it did not share with.
  return Uint8Array.from(fresh, (number) => (groups.get(number)?.isMixed ? 1 : 0));
}

/** Equal numbers for equal identifiers [N]. */
export function identifierNumbers({ assignments, levels, codes }: CodeTable): Float64Array {
  const numbers = new Float64Array(assignments.length / levels);
  // codes^levels stays a whole number below 2^53 for six levels of 256; more levels are numbered by their text.
  if (codes ** levels <= Number.MAX_SAFE_INTEGER) {
    for (let at = 0; at < assignments.length; at++) {
      const item = Math.floor(at / levels);
      numbers[item] = (numbers[item] ?? 0) * codes + (assignments[at] ?? 0);
    }
    return numbers;
  }
  const known = new Map<string, number>();
  for (let item = 0; item < numbers.length; item++) {
    const text = assignments.subarray(item * levels, (item + 1) * levels).join(',');
    if (!known.has(text)) known.set(text, known.size);
    numbers[item] = known.get(text) ?? 0;
  }
  return numbers;
}

/** Items of each class at one level, [4]. */
export function classCounts(classes: Uint8Array, levels: number, level: number): number[] {
  const counts = DRIFT_CLASSES.map(() => 0);
  for (let at = level; at < classes.length; at += levels) {
    const name = classes[at] ?? 0;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Items by their class in one step and in the next, [4 × 4] row-major: the ribbons of the river. */
export function classFlows(classes: Uint8Array, next: Uint8Array, levels: number, level: number): number[] {
  const size = DRIFT_CLASSES.length;
  const flows = new Array<number>(size * size).fill(0);
  for (let at = level; at < classes.length; at += levels) {
    const cell = (classes[at] ?? 0) * size + (next[at] ?? 0);
    flows[cell] = (flows[cell] ?? 0) + 1;
  }
  return flows;
}

/** Items of one class at one level of a step, ascending. */
export function itemsOfClass(classes: Uint8Array, levels: number, level: number, name: DriftClass): number[] {
  const wanted = DRIFT_CLASSES.indexOf(name);
  const items: number[] = [];
  for (let at = level; at < classes.length; at += levels)
    if (classes[at] === wanted) items.push(Math.floor(at / levels));
  return items;
}

/** Mean over items of how many different identifiers the tables give them: 1 = all tables agree. */
export function identifiersPerItem(tables: readonly CodeTable[]): number {
  const numbers = tables.map(identifierNumbers);
  const items = numbers[0]?.length ?? 0;
  let sum = 0;
  for (let item = 0; item < items; item++) sum += new Set(numbers.map((table) => table[item])).size;
  return items > 0 ? sum / items : 0;
}

/**
 * Nearest other entry of each entry (L2), u16 [K]; the smaller index on ties.
 * @param codebook f32 [K, D]
 */
export function nearestEntries(codebook: Float32Array, entries: number): Uint16Array {
  const width = codebook.length / entries;
  return Uint16Array.from({ length: entries }, (_, entry) => {
    let nearest = entry === 0 ? 1 : 0;
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < entries; other++) {
      if (other === entry) continue;
      let distance = 0;
      for (let d = 0; d < width && distance < least; d++)
        distance += ((codebook[entry * width + d] ?? 0) - (codebook[other * width + d] ?? 0)) ** 2;
      if (distance < least) {
        least = distance;
        nearest = other;
      }
    }
    return nearest;
  });
}
