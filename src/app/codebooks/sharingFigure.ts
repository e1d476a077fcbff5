/**
 * Figure V8: a matrix of domains (above the diagonal the code use they share, on it their own perplexity, below it the
 * neighbours across domains that share a prefix) and bars of the codes by the exact set of domains that use them.
 */
import { type CodeSet, codeSets, codeSharing } from '../../evaluate/codeSharing';
import type { CodeWall } from '../../evaluate/codeWall';
import type { NeighbourSharingReply } from '../../worker/protocol/codebooks';
import { numberColumn, placing, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { DataTable, FigureSpec, PanelRow, Row, Series } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';

export interface SharingData {
  readonly wall: CodeWall;
  /** Place among the wall's steps. */
  readonly snapshot: number;
  /** From 0. */
  readonly level: number;
  /** Of the same step; null where it is not known (yet). */
  readonly neighbours: NeighbourSharingReply | null;
  readonly note?: string;
}

/** Kinds of cells, as the table names them. */
export const CELL_KINDS = {
  jaccard: 'code use shared (weighted Jaccard)',
  perplexity: 'own perplexity over entries',
  neighbours: 'nearest neighbours with the same prefix',
} as const;
export type CellKind = keyof typeof CELL_KINDS;

/** Sets drawn as bars of their own; the rest are one bar. */
const MOST_SETS = 20;

const BY_SOME: Series = { key: 'some', label: 'codes used by these domains and no other', ...seriesStyle(0) };
const BY_NONE: Series = {
  key: 'none',
  label: 'codes without an item',
  colour: 'hatch',
  pattern: 'diagonal',
  dash: [],
  marker: 'square',
};
const IN: Series = { key: 'in', label: 'uses them', ...seriesStyle(0), isInLegend: false };
const OUT: Series = { key: 'out', label: 'does not', ...seriesStyle(0), colour: 'grid', isInLegend: false };

export function sharingFigure({ wall, snapshot, level, neighbours, note = '' }: SharingData): FigureSpec {
  const levels = [...wall.entries.keys()];
  const pairs = levels.flatMap((at) => pairRows({ ...codeSharing(wall, snapshot, at), neighbours, level: at }));
  const { domains, entries } = codeSharing(wall, snapshot, level);
  const sets = drawnSets(codeSets(wall, snapshot, level), domains);
  const step = wall.steps[snapshot] ?? 0;
  const places = sets.rows.map(({ place }) => String(place));
  const mostCodes = Math.max(1, ...sets.rows.map(({ codes }) => Number(codes)));
  // Wide enough for the names under the columns.
  const longestName = Math.max(3, ...domains.map((name) => 0.65 * name.length));
  const cellSide = Math.min(9, longestName);
  const ticks = domains.map((name) => ({ at: name, label: name }));
  const upset: readonly PanelRow[] = [
    {
      height: 9,
      panels: [
        {
          title: `Codes of level ${level + 1} by the domains that use them`,
          x: { title: '', scale: { kind: 'band', domain: places, padding: 0.25 }, ticks: [] },
          y: { title: 'Codes', scale: { kind: 'linear', domain: [0, mostCodes * 1.15] } },
          marks: [{ kind: 'bar', data: 'sets', x: 'place', y: 'codes', series: 'series', label: 'label' }],
        },
      ],
    },
    {
      height: 1.5 * domains.length,
      panels: [
        {
          x: { title: '', scale: { kind: 'band', domain: places, padding: 0.25 }, ticks: [] },
          y: {
            title: '',
            scale: { kind: 'band', domain: domains },
            ticks,
          },
          marks: [{ kind: 'point', data: 'members', x: 'place', y: 'domain', series: 'series' }],
        },
      ],
    },
  ];
  return {
    name: `code-sharing-level-${level + 1}`,
    title: 'Codes that domains share',
    summary: summaryOf(
      pairs.filter((row) => row['level'] === level + 1),
      sets.all,
      { level, step, entries },
    ),
    note: [
      `At step ${formatCount(step)}. Above the diagonal: Σ min / Σ max of the two domains’ shares of items on each code.`,
      'On it: perplexity of the domain’s own use over the number of entries.',
      neighbours
        ? `Below: share of items whose nearest item in the other domain has the same codes up to the level${neighbours.isComplete ? '' : `; ${neighbours.queriesOfDomain} items of a domain looked up among ${neighbours.candidatesOfDomain} of another, evenly spaced`}.`
        : 'Below, neighbours in other domains: empty until they are found, and where a run keeps no vectors of its items.',
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: sets.all.some((set) => set.domains.length === 0) ? [BY_SOME, BY_NONE, IN, OUT] : [BY_SOME, IN, OUT],
    ramps: [{ title: 'Share', ramp: 'sequential', domain: [0, 1], digits: 1 }],
    data: [
      {
        name: 'pairs',
        title: 'Pairs of domains',
        columns: [
          textColumn('row', 'Domain'),
          textColumn('column', 'and'),
          textColumn('kindTitle', 'Measure'),
          numberColumn('value', 'Value', 4),
          numberColumn('level', 'Level'),
          ...styling('kind', 'place'),
        ],
        rows: pairs,
      },
      sets.table,
      sets.members,
    ],
    rows: [
      {
        height: cellSide * domains.length,
        isSquare: true,
        minWidth: cellSide * domains.length + 1.5 + longestName,
        panels: levels.map((at) => ({
          title: `Level ${at + 1}`,
          where: { column: 'level', equals: at + 1 },
          x: { title: '', scale: { kind: 'band', domain: domains }, ticks },
          y: { title: '', scale: { kind: 'band', domain: domains }, ticks },
          marks: [
            {
              kind: 'cell',
              data: 'pairs',
              x: 'column',
              y: 'row',
              value: 'value',
              ramp: 'sequential',
              domain: [0, 1],
              digits: 2,
            },
          ],
        })),
      },
      ...upset,
    ],
    cursors: [
      { data: 'pairs', x: 'column', y: 'place' },
      { data: 'sets', x: 'place' },
    ],
  };
}

interface Pairs {
  readonly domains: readonly string[];
  readonly jaccard: readonly (readonly number[])[];
  readonly perplexity: readonly number[];
  readonly entries: number;
  readonly neighbours: NeighbourSharingReply | null;
  readonly level: number;
}

function pairRows({ domains, jaccard, perplexity, entries, neighbours, level }: Pairs): readonly Row[] {
  return domains.flatMap((row, a) =>
    domains.flatMap((column, b): Row[] => {
      const kind: CellKind = a === b ? 'perplexity' : b > a ? 'jaccard' : 'neighbours';
      const values: Readonly<Record<CellKind, number | null>> = {
        perplexity: (perplexity[a] ?? 0) / Math.max(1, entries),
        jaccard: jaccard[a]?.[b] ?? 0,
        neighbours: neighbours && shareOf(neighbours, level, row, column),
      };
      const value = values[kind];
      if (value === null) return [];
      return [
        { row, column, kindTitle: CELL_KINDS[kind], value, level: level + 1, kind, place: `${level + 1} ${row}` },
      ];
    }),
  );
}

/** At the first step of the reply. */
function shareOf({ domains, shares }: NeighbourSharingReply, level: number, a: string, b: string): number | null {
  const size = domains.length;
  const value = shares[(level * size + domains.indexOf(a)) * size + domains.indexOf(b)] ?? Number.NaN;
  return Number.isFinite(value) ? value : null;
}

function drawnSets(
  all: readonly CodeSet[],
  domains: readonly string[],
): {
  readonly all: readonly CodeSet[];
  readonly rows: readonly Row[];
  readonly table: DataTable;
  readonly members: DataTable;
} {
  const rows = all.map((set, place): Row => {
    const isOwn = place < MOST_SETS;
    return {
      place: isOwn ? place : null,
      domains: set.domains.length === 0 ? 'no domain' : set.domains.map((at) => domains[at]).join(', '),
      number: set.domains.length,
      codes: set.codes,
      items: set.items,
      label: formatCount(set.codes),
      series: set.domains.length === 0 ? 'none' : 'some',
    };
  });
  const drawn = rows.slice(0, MOST_SETS);
  const members = all
    .slice(0, MOST_SETS)
    .flatMap((set, place) =>
      domains.map((domain, at): Row => ({ place, domain, series: set.domains.includes(at) ? 'in' : 'out' })),
    );
  return {
    all,
    rows: drawn,
    table: {
      name: 'sets',
      title: 'Codes by the domains that use them',
      columns: [
        textColumn('domains', 'Used by exactly'),
        numberColumn('number', 'Domains'),
        numberColumn('codes', 'Codes'),
        numberColumn('items', 'Items on them'),
        ...placing('place'),
        ...styling('label', 'series'),
      ],
      rows,
    },
    members: {
      name: 'members',
      title: 'Domains of each bar',
      columns: [numberColumn('place', 'Bar'), textColumn('domain', 'Domain'), textColumn('series', 'in or out')],
      rows: members,
    },
  };
}

function summaryOf(
  pairs: readonly Row[],
  sets: readonly CodeSet[],
  { level, step, entries }: { readonly level: number; readonly step: number; readonly entries: number },
): string {
  const used = pairs.filter(({ kind }) => kind === 'jaccard').sort((a, b) => Number(b['value']) - Number(a['value']));
  const [first, last] = [used[0], used.at(-1)];
  const domainCount = Math.max(0, ...sets.map(({ domains }) => domains.length));
  const byAll = sets.find(({ domains }) => domains.length === domainCount)?.codes ?? 0;
  const own = sets.filter(({ domains }) => domains.length === 1).reduce((sum, { codes }) => sum + codes, 0);
  const dead = sets.find(({ domains }) => domains.length === 0)?.codes ?? 0;
  const most = first
    ? `${first['row']} and ${first['column']} share most of their code use (${Number(first['value']).toFixed(2)})${last && last !== first ? `, ${last['row']} and ${last['column']} least (${Number(last['value']).toFixed(2)})` : ''}. `
    : '';
  return `Level ${level + 1}, step ${formatCount(step)}: ${most}Of ${formatCount(entries)} codes, ${formatCount(byAll)} (${formatShare(byAll / Math.max(1, entries))}) are used by ${domainCount} domains, ${formatCount(own)} by one domain only, ${formatCount(dead)} by none.`;
}
