/** What the map's points are coloured by: every item in exactly one group, every group in the legend with its count. */
import type { ItemMapReply } from '../../worker/protocol/codebooks';
import { RAMP, seriesStyle } from '../figures/palette';
import type { Series } from '../figures/spec';
import { formatCount } from '../format/numbers';

export type Colouring = 'domain' | 'popularity' | 'collision' | `level${number}`;

export interface MapGroups {
  readonly colouring: Colouring;
  readonly title: string;
  readonly groups: readonly (Series & { readonly items: number })[];
  /** u8 [N] */
  readonly groupOf: Uint8Array;
}

/** Groups with a colour of their own; what is left is one group, named as such. */
const MOST_GROUPS = 8;
/** Lower ends of the bins. */
const POPULARITY_BINS = [0, 1, 2, 4, 8, 16, 32, 64];
const SHARING_BINS = [1, 2, 3, 5, 9];

export function colouringsOf({ levels, domainOfItem }: ItemMapReply): readonly Colouring[] {
  const byLevel = Array.from({ length: levels }, (_, level): Colouring => `level${level}`);
  return [...(domainOfItem ? (['domain'] as const) : []), ...byLevel, 'popularity', 'collision'];
}

export function colouringTitle(colouring: Colouring): string {
  if (colouring === 'domain') return 'Domain';
  if (colouring === 'popularity') return 'Interactions';
  if (colouring === 'collision') return 'Shared identifiers';
  return `Level ${Number(colouring.slice(5)) + 1}`;
}

export function mapGroups(map: ItemMapReply, colouring: Colouring): MapGroups {
  const title = colouringTitle(colouring);
  if (colouring === 'popularity')
    return ramped(colouring, map.popularity, POPULARITY_BINS, (text) => `${text} interactions`, title);
  if (colouring === 'collision')
    return ramped(
      colouring,
      map.sharing,
      SHARING_BINS,
      (text) => (text === '1' ? 'alone' : `${text} on one identifier`),
      title,
    );
  if (colouring === 'domain' && map.domainOfItem)
    return largest({ colouring, title }, map.domainOfItem, (domain) => map.domainNames[domain] ?? '', 'other domains');
  const level = colouring === 'domain' ? 0 : Number(colouring.slice(5));
  const codes = Uint16Array.from(
    { length: map.codes.length / map.levels },
    (_, item) => map.codes[item * map.levels + level] ?? 0,
  );
  return largest({ colouring, title }, codes, (code) => `code ${code}`, 'other codes');
}

/** The groups with most items, the smaller value first among equals, and one group of all others. */
function largest(
  { colouring, title }: Pick<MapGroups, 'colouring' | 'title'>,
  values: Uint8Array | Uint16Array,
  labelOf: (value: number) => string,
  others: string,
): MapGroups {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ordered = [...counts].sort(([a, first], [b, second]) => second - first || a - b);
  // Domains have the colours that they have in all figures of the page, as long as there are enough.
  const isByValue = colouring === 'domain' && ordered.length <= MOST_GROUPS;
  const own = isByValue ? ordered.toSorted(([a], [b]) => a - b) : ordered.slice(0, MOST_GROUPS);
  const rest = ordered.slice(MOST_GROUPS);
  const placeOf = new Map(own.map(([value], place) => [value, place]));
  const groups = own.map(([value, items], place) => ({
    key: `g${place}`,
    label: labelOf(value),
    ...seriesStyle(isByValue ? value : place),
    pattern: 'solid' as const,
    items,
  }));
  if (rest.length > 0)
    groups.push({
      key: `g${own.length}`,
      label: `${others} (${formatCount(rest.length)})`,
      colour: 'line-strong',
      pattern: 'solid',
      dash: [],
      marker: 'ring',
      items: rest.reduce((sum, [, count]) => sum + count, 0),
    });
  return { colouring, title, groups, groupOf: Uint8Array.from(values, (value) => placeOf.get(value) ?? own.length) };
}

function ramped(
  colouring: Colouring,
  values: Uint32Array,
  bins: readonly number[],
  labelOf: (range: string) => string,
  title: string,
): MapGroups {
  const groupOf = Uint8Array.from(values, (value) => bins.findLastIndex((least) => value >= least));
  const counts = bins.map(() => 0);
  for (const group of groupOf) counts[group] = (counts[group] ?? 0) + 1;
  const groups = bins.map((least, place) => {
    const next = bins[place + 1];
    const range = next === undefined ? `${least} or more` : next - least === 1 ? `${least}` : `${least}–${next - 1}`;
    const colour = RAMP[Math.round((place * (RAMP.length - 1)) / (bins.length - 1))] ?? 'ramp-1';
    return {
      key: `g${place}`,
      label: labelOf(range),
      colour,
      pattern: 'solid' as const,
      dash: [],
      marker: (['ring', 'disc', 'diamond', 'square', 'triangle'] as const)[place % 5] ?? 'disc',
      items: counts[place] ?? 0,
    };
  });
  return { colouring, title, groups, groupOf };
}
