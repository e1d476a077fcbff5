/** Figure V1 from snapshots: which codes live, where, since when; rows are all items and each domain, columns the levels. */
import { type CodeWall, codeUse, wallCounts } from '../../evaluate/codeWall';
import { numberColumn, placing, styling, textColumn } from '../figures/columns';
import { RAMP } from '../figures/palette';
import type { DataTable, FigureSpec, PanelSpec, Row, Series } from '../figures/spec';
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
/** Where only codes that a domain leaves out are looked at: all others. */
const ALIVE: Series = { ...DEAD, key: 'alive', label: 'all other codes', colour: 'grid', pattern: 'solid' };
const SERIES = [...SHADES, DEAD, DEAD_HERE, ALIVE];
const DEAD_PLACE = SHADES.length;
const DEAD_HERE_PLACE = DEAD_PLACE + 1;
const ALIVE_PLACE = DEAD_PLACE + 2;

export interface WallView {
  readonly note?: string;
  /** Only codes that a domain leaves out while another uses them. */
  readonly isDeadHere?: boolean;
  /** Place of the last snapshot that is drawn and counted; axes and the order of codes stay those of all. */
  readonly until?: number;
}

export function wallFigure(wall: CodeWall, { note = '', isDeadHere = false, until }: WallView = {}): FigureSpec {
  const { steps, groups, entries } = wall;
  const last = Math.min(until ?? steps.length, steps.length - 1);
  const orders = entries.map((_, level) => orderOf(wallCounts(wall, steps.length - 1, 0, level)));
  const all = spansOf(steps);
  const end = all.at(-1)?.until ?? 1;
  const start = all[0]?.from ?? 0;
  const spans = all.slice(0, last + 1);
  const titleOf = (level: number): string =>
    `Level ${level + 1}${wall.books ? `, ${wall.books[level]} book` : ''}: ${entries[level]} codes`;
  const cellsOf = (snapshot: number, group: number, level: number): Uint8Array<ArrayBuffer> => {
    const shades = shadesOf(wall, { snapshot, group, level }, orders[level] ?? []);
    return isDeadHere ? shades.map((place) => (place === DEAD_HERE_PLACE ? place : ALIVE_PLACE)) : shades;
  };
  const panelOf = (group: number, level: number): PanelSpec => {
    const isLast = group === groups.length - 1;
    const { used, perplexity } = codeUse(wallCounts(wall, last, group, level));
    const size = entries[level] ?? 1;
    return {
      ...(group === 0 ? { title: titleOf(level) } : {}),
      caption: [
        `${formatShare(used / size)} used · perplexity ${(perplexity / size).toFixed(2)} of all`,
        `${formatShare(used / size)} used`,
      ],
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
            cells: cellsOf(snapshot, group, level),
          })),
        },
        { kind: 'box', data: 'use', x: ['from', 'until'], y: ['bottom', 'top'] },
        {
          kind: 'box',
          data: 'codes',
          x: ['start', 'end'],
          y: ['bottom', 'top'],
          where: { column: 'level', equals: level + 1 },
        },
      ],
    };
  };
  const hasDeadHere = groups.length > 1;
  return {
    name: 'code-use-over-time',
    title: 'Code use over training',
    summary: summaryOf(wall, last),
    note: [
      'Codes stand in the order of their use by all items at the last step, the same in every row; shade: a code’s share of the group’s items over the share it would have if all were used alike. Numbers are of the last step that is drawn.',
      wall.taken > steps.length ? `${steps.length} of ${wall.taken} snapshots, evenly spaced and the newest.` : '',
      note,
    ]
      .filter(Boolean)
      .join(' '),
    series: SERIES.filter(({ key }) =>
      isDeadHere ? key === 'alive' || key === 'deadHere' : key !== 'alive' && (hasDeadHere || key !== 'deadHere'),
    ),
    ramps: isDeadHere
      ? []
      : [{ title: 'Share, log₂ of times the even one', ramp: 'sequential', domain: [LEAST, MOST], digits: 0 }],
    data: [healthTable(wall, spans), codeTable(wall, orders, { start, end, last })],
    rows: groups.map((_, group) => ({
      height: Math.max(5, Math.min(9, 36 / groups.length)),
      minWidth: 14,
      panels: entries.map((_entries, level) => panelOf(group, level)),
    })),
    cursors: [
      { data: 'use', x: 'place', y: 'group' },
      { data: 'codes', x: 'level', y: 'order' },
    ],
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
    wall.steps.slice(0, spans.length).forEach((step, snapshot) => {
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

/** Items on each code at the last step that is drawn, in the order of the drawing; one column a group. */
function codeTable(
  wall: CodeWall,
  orders: readonly (readonly number[])[],
  { start, end, last }: { readonly start: number; readonly end: number; readonly last: number },
): DataTable {
  const rows = wall.entries.flatMap((entries, level) => {
    const counts = wall.groups.map((_, group) => wallCounts(wall, last, group, level));
    return (orders[level] ?? []).map((code, order): Row => {
      const own = counts.map((column, group) => [`group${group}`, column[code] ?? 0] as const);
      const domains = counts.slice(1).map((column) => column[code] ?? 0);
      const most = domains.indexOf(Math.max(...domains));
      const whole = domains.reduce((sum, count) => sum + count, 0);
      return {
        level: level + 1,
        code,
        ...Object.fromEntries(own),
        domain: whole === 0 ? '' : (wall.groups[most + 1]?.name ?? ''),
        purity: whole === 0 ? null : (domains[most] ?? 0) / whole,
        order: `${order}`,
        start,
        end,
        bottom: 1 - (order + 1) / entries,
        top: 1 - order / entries,
      };
    });
  });
  return {
    name: 'codes',
    title: `Items on each code at step ${formatCount(wall.steps[last] ?? 0)}`,
    columns: [
      numberColumn('level', 'Level'),
      numberColumn('code', 'Code'),
      ...wall.groups.map(({ name }, group) => numberColumn(`group${group}`, name)),
      ...(wall.groups.length > 1
        ? [textColumn('domain', 'Most items from'), numberColumn('purity', 'their share', 4)]
        : []),
      ...styling('order'),
      ...placing('start', 'end', 'bottom', 'top'),
    ],
    rows,
  };
}

function summaryOf(wall: CodeWall, last: number): string {
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
