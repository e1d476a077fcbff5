/** Figure V1 from snapshots: which codes live, where, since when; rows are all items and each domain, columns the levels. */
import { type CodeWall, codeUse, wallCounts } from '../../evaluate/codeWall';
import { RAMP } from '../figures/palette';
import type { Column, DataTable, FigureSpec, PanelSpec, Row, Series } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';

/** log₂ of a code's share over the even share, at the ends of the ramp. */
const LEAST = -3;
const MOST = 5;

const SHADES: readonly Series[] = RAMP.map((colour, place) => ({
  key: `shade${place}`,
  label: `about ${2 ** (LEAST + place)} times the even share`,
  colour,
  pattern: 'solid',
  dash: [],
  marker: 'square',
  isInLegend: false,
}));
/** Hatched, so that dead is not rare. */
const DEAD: Series = {
  key: 'dead',
  label: 'no item',
  colour: 'hatch',
  pattern: 'diagonal',
  dash: [],
  marker: 'square',
};
const DEAD_HERE: Series = {
  ...DEAD,
  key: 'deadHere',
  label: 'no item here, some in another domain',
  colour: 'line-strong',
  pattern: 'cross',
};
const SERIES = [...SHADES, DEAD, DEAD_HERE];
const DEAD_PLACE = SHADES.length;

export function wallFigure(wall: CodeWall, note = ''): FigureSpec {
  const { steps, groups, entries } = wall;
  const last = steps.length - 1;
  const orders = entries.map((_, level) => orderOf(wallCounts(wall, last, 0, level)));
  const spans = spansOf(steps);
  const end = spans.at(-1)?.until ?? 1;
  const start = spans[0]?.from ?? 0;
  const titleOf = (level: number): string =>
    `Level ${level + 1}${wall.books ? `, ${wall.books[level]} book` : ''}: ${entries[level]} codes`;
  const panelOf = (group: number, level: number): PanelSpec => {
    const isLast = group === groups.length - 1;
    return {
      ...(group === 0 ? { title: titleOf(level) } : {}),
      where: { column: 'panel', equals: `${group} ${level}` },
      x: {
        title: isLast ? 'Training step' : '',
        scale: { kind: 'linear', domain: [start, end] },
        ...(isLast ? {} : { ticks: [] }),
      },
      y: {
        title: level === 0 ? (groups[group]?.name ?? '') : '',
        scale: { kind: 'linear', domain: [0, 1] },
        ticks: [],
      },
      marks: [
        {
          kind: 'raster',
          series: SERIES.map(({ key }) => key),
          columns: spans.map((span, snapshot) => ({
            ...span,
            cells: shadesOf(wall, { snapshot, group, level }, orders[level] ?? []),
          })),
        },
        { kind: 'box', data: 'use', x: ['from', 'until'], y: ['bottom', 'top'] },
      ],
    };
  };
  const hasDeadHere = groups.length > 1;
  return {
    name: 'code-use-over-time',
    title: 'Code use over training',
    summary: summaryOf(wall),
    note: [
      'Codes stand in the order of their use by all items at the last step, the same in every row; shade: a code’s share of the group’s items over the share it would have if all were used alike.',
      wall.taken > steps.length ? `${steps.length} of ${wall.taken} snapshots, evenly spaced and the newest.` : '',
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: hasDeadHere ? SERIES : SERIES.filter(({ key }) => key !== 'deadHere'),
    ramps: [{ title: 'Share, log₂ of times the even one', ramp: 'sequential', domain: [LEAST, MOST], digits: 0 }],
    data: [healthTable(wall, spans), codeTable(wall)],
    rows: groups.map((_, group) => ({
      height: 6,
      minWidth: 14,
      panels: entries.map((_entries, level) => panelOf(group, level)),
    })),
    cursors: [{ data: 'use', x: 'place', y: 'group' }],
  };
}

/** Codes by falling use. */
const orderOf = (counts: Uint32Array): readonly number[] =>
  [...counts.keys()].sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);

/** A snapshot's column ends at its step; the first is as wide as the second. */
function spansOf(steps: readonly number[]): readonly { readonly from: number; readonly until: number }[] {
  const [first = 1, second = 2 * first] = steps;
  return steps.map((step, at) => ({
    from: steps[at - 1] ?? Math.max(Math.min(0, step - 1), first - Math.max(1, second - first)),
    until: step,
  }));
}

interface Place {
  readonly snapshot: number;
  readonly group: number;
  readonly level: number;
}

/** Series of every cell of a column, top to bottom. */
export function shadesOf(
  wall: CodeWall,
  { snapshot, group, level }: Place,
  order: readonly number[],
): Uint8Array<ArrayBuffer> {
  const counts = wallCounts(wall, snapshot, group, level);
  const everywhere = wallCounts(wall, snapshot, 0, level);
  const items = wall.groups[group]?.items ?? 1;
  return Uint8Array.from(order, (code) => {
    const count = counts[code] ?? 0;
    if (count === 0) return group > 0 && (everywhere[code] ?? 0) > 0 ? DEAD_PLACE + 1 : DEAD_PLACE;
    const shade = Math.floor(Math.log2((count / items) * counts.length)) - LEAST;
    return Math.min(SHADES.length - 1, Math.max(0, shade));
  });
}

function healthTable(wall: CodeWall, spans: readonly { readonly from: number; readonly until: number }[]): DataTable {
  const rows: Row[] = [];
  wall.entries.forEach((entries, level) => {
    wall.steps.forEach((step, snapshot) => {
      wall.groups.forEach(({ name }, group) => {
        const counts = wallCounts(wall, snapshot, group, level);
        const everywhere = wallCounts(wall, snapshot, 0, level);
        const { used, perplexity, largest } = codeUse(counts);
        const deadHere = counts.reduce(
          (sum, count, code) => sum + (count === 0 && (everywhere[code] ?? 0) > 0 ? 1 : 0),
          0,
        );
        rows.push({
          level: level + 1,
          step,
          group: name,
          used,
          share: used / entries,
          perplexity,
          dead: entries - used,
          deadHere,
          largest,
          place: `${level} ${step}`,
          panel: `${group} ${level}`,
          from: spans[snapshot]?.from ?? 0,
          until: spans[snapshot]?.until ?? 0,
          bottom: 0,
          top: 1,
        });
      });
    });
  });
  return {
    name: 'use',
    title: 'Use by level, step and group',
    columns: [
      { key: 'level', title: 'Level', digits: 0 },
      { key: 'step', title: 'Step', digits: 0 },
      { key: 'group', title: 'Items', digits: null },
      { key: 'used', title: 'Codes used', digits: 0 },
      { key: 'share', title: 'Share used', digits: 4 },
      { key: 'perplexity', title: 'Perplexity', digits: 2 },
      { key: 'dead', title: 'Codes without item', digits: 0 },
      { key: 'deadHere', title: 'of these used elsewhere', digits: 0 },
      { key: 'largest', title: 'Items of the fullest code', digits: 0 },
      ...['place', 'panel'].map((key) => ({ key, title: key, digits: null, isHidden: true })),
      ...['from', 'until', 'bottom', 'top'].map((key) => ({ key, title: key, digits: 0, isHidden: true })),
    ],
    rows,
  };
}

/** Items on each code at the last step; one column a group. */
function codeTable(wall: CodeWall): DataTable {
  const last = wall.steps.length - 1;
  const columns: Column[] = [
    { key: 'level', title: 'Level', digits: 0 },
    { key: 'code', title: 'Code', digits: 0 },
    ...wall.groups.map(({ name }, group) => ({ key: `group${group}`, title: name, digits: 0 })),
  ];
  const rows = wall.entries.flatMap((entries, level) => {
    const counts = wall.groups.map((_, group) => wallCounts(wall, last, group, level));
    return Array.from({ length: entries }, (_, code): Row => {
      const own = counts.map((column, group) => [`group${group}`, column[code] ?? 0] as const);
      return { level: level + 1, code, ...Object.fromEntries(own) };
    });
  });
  return { name: 'codes', title: `Items on each code at step ${formatCount(wall.steps[last] ?? 0)}`, columns, rows };
}

function summaryOf(wall: CodeWall): string {
  const last = wall.steps.length - 1;
  const useOf = (group: number, level: number): number => codeUse(wallCounts(wall, last, group, level)).used;
  const all = wall.entries.map((entries, level) => `${formatShare(useOf(0, level) / entries)} at level ${level + 1}`);
  const shares = wall.groups
    .slice(1)
    .flatMap(({ name }, index) =>
      wall.entries.map((entries, level) => ({ name, level, share: useOf(index + 1, level) / entries })),
    );
  const least = shares.sort((a, b) => a.share - b.share)[0];
  return `At step ${formatCount(wall.steps[last] ?? 0)} the items use ${all.join(', ')} of the codes${least ? `; least in ${least.name}: ${formatShare(least.share)} at level ${least.level + 1}` : ''}.`;
}
