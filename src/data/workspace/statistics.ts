import { NONE } from './columns';
import type { DomainTables } from './domainTables';
import type { ShapedEvents } from './transform';
import type { DomainStatistics } from './types';

/** Index of the last bin of the length histogram; longer sequences count there. */
export const LONGEST_BIN = 50;

/** Numbers of a view for its card. @param popularity events of each view item  @param textCharacters of all items' texts */
export async function domainStatistics(
  tables: DomainTables,
  shaped: ShapedEvents,
  popularity: Uint32Array,
  textCharacters: number,
): Promise<DomainStatistics> {
  const { sequences, items, users, counts } = shaped;
  const interactions = sequences.items.length;
  const lengthHistogram = new Array<number>(LONGEST_BIN + 1).fill(0);
  const lastSeen = new Uint32Array(items.length);
  let repeatedEvents = 0;
  for (let user = 0; user < users.length; user++) {
    const [from, to] = [sequences.offsets[user] as number, sequences.offsets[user + 1] as number];
    add(lengthHistogram, Math.min(LONGEST_BIN, to - from));
    for (let at = from; at < to; at++) {
      const item = sequences.items[at] as number;
      if (lastSeen[item] === user + 1) repeatedEvents++;
      lastSeen[item] = user + 1;
    }
  }
  const popularityHistogram: number[] = [0];
  for (const events of popularity) add(popularityHistogram, events === 0 ? 0 : 1 + Math.floor(Math.log2(events)));
  const [hasText, hasTitle] = [await tables.flags('text'), await tables.flags('title')];
  const imageLength = tables.images.count > 0 ? await tables.u32('images', 'imageLength') : null;
  const vectorRow = tables.raw.vectors > 0 ? await tables.u32('raw', 'vectorRow') : null;
  const countWhere = (isTrue: (rawItem: number) => boolean): number =>
    items.reduce((total, rawItem) => total + (isTrue(rawItem) ? 1 : 0), 0);
  const withText = countWhere((item) => hasText[item] === 1);
  const codes: { tokenizer: string; items: number; levels: number }[] = [];
  for (const [index, { tokenizer, levels }] of tables.raw.codes.entries()) {
    const table = await tables.u32('raw', `codes${index}`);
    codes.push({ tokenizer, levels, items: countWhere((item) => table[item * levels] !== NONE) });
  }
  return {
    users: users.length,
    items: items.length,
    interactions,
    averageLength: counts.averageLength,
    sparsity: users.length * items.length === 0 ? Number.NaN : 1 - interactions / (users.length * items.length),
    lengthHistogram,
    popularityHistogram: Array.from(popularityHistogram, (count) => count ?? 0),
    withText,
    withTitle: countWhere((item) => hasTitle[item] === 1),
    withImage: imageLength ? countWhere((item) => (imageLength[item] ?? 0) > 0) : 0,
    withVector: vectorRow ? countWhere((item) => vectorRow[item] !== NONE) : 0,
    averageTextLength: withText === 0 ? 0 : textCharacters / withText,
    repeatedEvents,
    firstTime: counts.firstTime,
    lastTime: counts.lastTime,
    codes,
  };
}

function add(histogram: number[], bin: number): void {
  histogram[bin] = (histogram[bin] ?? 0) + 1;
}
