/** Figure V3: how many identifiers have how many items, by domain, on logarithmic axes; every shared identifier in its tables. */
import type { CollisionBucket, CollisionGroup } from '../../evaluate/collisions';
import type { CollisionsReply } from '../../worker/protocol/codebooks';
import { numberColumn, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { DataTable, FigureSpec, Series, Tick } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';

export function collisionFigure(reply: CollisionsReply, note = ''): FigureSpec {
  const { groups, buckets, domainNames, typicalDistance } = reply.report;
  const sizes = groups.flatMap((group) => group.sizes);
  const largest = Math.max(1, ...sizes.map(({ size }) => size));
  const most = Math.max(1, ...sizes.map(({ identifiers }) => identifiers));
  return {
    name: 'shared-identifiers',
    title: 'Items on an identifier',
    summary: summaryOf(reply),
    note: [
      reply.isBeforeResolution
        ? 'Before conflicts are resolved. Rate: (N − distinct) / N; that of a domain counts only its own items.'
        : 'Only the identifiers after conflicts were resolved are known: this run came without its snapshots.',
      typicalDistance === null
        ? ''
        : `Distance: root mean square over pairs of the vectors that the tokenizer reads; ${typicalDistance.toFixed(2)} over all items.`,
      reply.isPartOfInteractions ? 'Interactions are those of each user’s latest events.' : '',
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: groups.map(({ name, rate }, place): Series => {
      // All items first: a full line that the domains' are read against.
      const style = place === 0 ? { ...seriesStyle(0), colour: 'ink' as const } : seriesStyle(place - 1);
      return { key: `g${place}`, label: `${name}, rate ${rate.toFixed(4)}`, ...style };
    }),
    data: [sizeTable(groups), groupTable(groups), bucketTable(buckets, domainNames)],
    rows: [
      {
        height: 20,
        panels: [
          {
            x: {
              title: 'Items on an identifier, log',
              scale: { kind: 'log', domain: [0.9, Math.max(2, largest) * 1.15] },
              ticks: logTicks(Math.max(2, largest)),
            },
            y: {
              title: 'Identifiers, log',
              scale: { kind: 'log', domain: [0.7, Math.max(2, most) * 1.3] },
              ticks: logTicks(Math.max(2, most)),
            },
            marks: [{ kind: 'line', data: 'sizes', x: 'size', y: 'identifiers', series: 'series', isMarked: true }],
          },
        ],
      },
    ],
    cursors: [{ data: 'sizes', x: 'size', y: 'series' }],
  };
}

/** 1, 2, 5, 10 … up to `most`; powers of ten alone beyond a thousand. */
export function logTicks(most: number): readonly Tick[] {
  const ticks: Tick[] = [];
  for (let power = 1; power <= most; power *= 10)
    for (const step of most > 1000 ? [1] : [1, 2, 5])
      if (power * step <= most) ticks.push({ at: power * step, label: formatCount(power * step) });
  return ticks;
}

/** "Music 3, Travel 1" */
export const domainsText = (counts: readonly number[], names: readonly string[]): string =>
  counts
    .map((count, domain) => ({ count, name: names[domain] ?? '' }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ count, name }) => `${name} ${count}`)
    .join(', ');

function sizeTable(groups: readonly CollisionGroup[]): DataTable {
  return {
    name: 'sizes',
    title: 'Identifiers by size and group',
    columns: [
      textColumn('group', 'Items'),
      numberColumn('size', 'Items on an identifier'),
      numberColumn('identifiers', 'Identifiers'),
      numberColumn('items', 'Items of the group on them'),
      ...styling('series'),
    ],
    rows: groups.flatMap(({ name, sizes }, place) =>
      sizes.map((size) => ({ group: name, ...size, series: `g${place}` })),
    ),
  };
}

function groupTable(groups: readonly CollisionGroup[]): DataTable {
  return {
    name: 'groups',
    title: 'Rates',
    columns: [
      textColumn('name', 'Items'),
      numberColumn('items', 'Number'),
      numberColumn('identifiers', 'Distinct identifiers'),
      numberColumn('rate', 'Rate', 4),
      numberColumn('sharing', 'Items that share'),
      numberColumn('sharingShare', 'of all', 4),
      numberColumn('interactions', 'Interactions'),
      numberColumn('interactionsAffected', 'with sharing items', 4),
    ],
    rows: groups.map(({ sizes: _, ...group }) => ({
      ...group,
      sharingShare: group.items === 0 ? 0 : group.sharing / group.items,
    })),
  };
}

function bucketTable(buckets: readonly CollisionBucket[], domainNames: readonly string[]): DataTable {
  const hasDistance = buckets.some(({ distance }) => distance !== null);
  return {
    name: 'buckets',
    title: 'Shared identifiers',
    columns: [
      textColumn('codes', 'Identifier'),
      numberColumn('items', 'Items'),
      ...(domainNames.length > 0 ? [textColumn('domains', 'Domains')] : []),
      ...(hasDistance ? [numberColumn('distance', 'Distance (rms)', 3)] : []),
      numberColumn('popularity', 'Interactions an item', 2),
      numberColumn('interactionShare', 'Share of interactions', 5),
    ],
    rows: buckets.map(({ codes, items, domains, distance, popularity, interactionShare }) => ({
      codes: codes.join(' · '),
      items: items.length,
      domains: domainsText(domains, domainNames),
      distance,
      popularity,
      interactionShare,
    })),
  };
}

function summaryOf({ report: { groups, buckets }, isBeforeResolution }: CollisionsReply): string {
  const [all, ...domains] = groups;
  if (!all) return 'There are no items.';
  const when = isBeforeResolution ? 'Before conflicts are resolved' : 'After conflicts were resolved';
  if (all.sharing === 0)
    return `${when}, every one of the ${formatCount(all.items)} items has an identifier of its own.`;
  const worst = domains.toSorted((a, b) => b.rate - a.rate)[0];
  return `${when}, ${formatCount(all.sharing)} of ${formatCount(all.items)} items share ${formatCount(buckets.length)} identifiers: rate ${all.rate.toFixed(4)}, ${formatShare(all.interactionsAffected)} of the interactions are with them; at most ${formatCount(buckets[0]?.items.length ?? 0)} items on one${worst && domains.length > 1 ? `; highest rate within a domain: ${worst.name}, ${worst.rate.toFixed(4)}` : ''}.`;
}
