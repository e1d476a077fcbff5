/** The three figures of V5 from one summary: the river, the agreement of pairs, and how many tokenizers to take. */
import { DRIFT_CLASSES, type DriftClass } from '../../evaluate/codeDrift';
import type { DriftSummary } from '../../evaluate/driftSummary';
import { numberColumn, placing, styling, textColumn } from '../figures/columns';
import { seriesStyle } from '../figures/palette';
import type { CursorSpec, DataTable, FigureSpec, PanelSpec, Row, Series } from '../figures/spec';
import { formatCount, formatShare } from '../format/numbers';

export const CLASS_LABELS: Readonly<Record<DriftClass, string>> = {
  kept: 'code kept',
  near: 'moved to the nearest code',
  far: 'moved far',
  collided: 'new collision',
};

/** Where each class stands in the series' order: kept is calm, collisions stand out. */
const STYLE_OF: Readonly<Record<DriftClass, number>> = { kept: 0, near: 3, far: 1, collided: 4 };
const CLASS_SERIES: readonly Series[] = DRIFT_CLASSES.map((name) => ({
  key: name,
  label: CLASS_LABELS[name],
  ...seriesStyle(STYLE_OF[name]),
}));

/** Half the width of a bar, in steps. */
const HALF_BAR = 0.16;

export interface RiverOptions {
  /** Leaves out the items that kept their code, so that small moves can be seen. */
  readonly isMovedOnly: boolean;
  readonly note?: string;
}

/** Items of every class from one kept tokenizer to the next, and where they go after that; one band a level. */
export function riverFigure(summary: DriftSummary, { isMovedOnly, note }: RiverOptions): FigureSpec {
  const { epochs, items, levels, counts } = summary;
  const shown = DRIFT_CLASSES.filter((name) => !(isMovedOnly && name === 'kept'));
  const heightOf = (step: number, level: number): number =>
    shown.reduce((sum, name) => sum + countOf(counts, step, level, name), 0);
  const tallest = Math.max(1, ...counts.flatMap((byLevel, step) => byLevel.map((_, level) => heightOf(step, level))));
  const cells: Row[] = [];
  const tops = new Map<string, number>();
  for (const [step, byLevel] of counts.entries())
    for (const level of byLevel.keys()) {
      let low = 0;
      for (const name of shown) {
        const count = countOf(counts, step, level, name);
        tops.set(`${step} ${level} ${name}`, low);
        cells.push({
          from: epochs[step] ?? 0,
          to: epochs[step + 1] ?? 0,
          level: level + 1,
          class: CLASS_LABELS[name],
          items: count,
          share: count / items,
          step,
          left: step - HALF_BAR,
          right: step + HALF_BAR,
          low,
          high: low + count,
          band: `${level} ${name}`,
          series: name,
        });
        low += count;
      }
    }
  const moves: DataTable = {
    name: 'moves',
    title: 'Items by step, level and class',
    columns: [
      numberColumn('from', 'From epoch'),
      numberColumn('to', 'To epoch'),
      numberColumn('level', 'Level'),
      textColumn('class', 'Class'),
      numberColumn('items', 'Items'),
      numberColumn('share', 'Share', 4),
      ...['step', 'left', 'right', 'low', 'high', 'band', 'series'].map((key) => ({
        key,
        title: key,
        digits: key === 'band' || key === 'series' ? null : 2,
        isHidden: true,
      })),
    ],
    rows: cells,
  };
  const flows = flowTable(summary, shown, tops);
  const panels = Array.from({ length: levels }, (_, level) => levelPanel(summary, level, tallest));
  const cursors: readonly CursorSpec[] = [{ data: 'moves', x: 'step', y: 'band' }];
  return {
    name: 'code-drift',
    title: 'Code drift',
    summary: riverSummary(summary),
    note: [
      `${formatCount(items)} items, ${epochs.length} tokenizers.`,
      summary.hasNeighbours
        ? '“Nearest” is by distance in the older codebook.'
        : 'The codebooks are not known, so every move counts as far.',
      'New collision: the whole identifier (without the last digit) is shared with an item it was not shared with before.',
      isMovedOnly ? 'Items that kept their code are left out.' : '',
      note ?? '',
    ]
      .filter(Boolean)
      .join(' '),
    series: CLASS_SERIES.filter(({ key }) => shown.some((name) => name === key)),
    data: flows.rows.length > 0 ? [moves, flows] : [moves],
    rows: panels.map((panel) => ({ panels: [panel], height: 9 })),
    cursors,
  };
}

const countOf = (counts: DriftSummary['counts'], step: number, level: number, name: DriftClass): number =>
  counts[step]?.[level]?.[DRIFT_CLASSES.indexOf(name)] ?? 0;

function levelPanel({ epochs, levels, flows }: DriftSummary, level: number, tallest: number): PanelSpec {
  const steps = epochs.length - 1;
  const isLast = level === levels - 1;
  const every = Math.ceil(steps / 8);
  return {
    title: `Level ${level + 1}`,
    where: { column: 'level', equals: level + 1 },
    x: {
      title: isLast ? 'Step between kept tokenizer epochs' : '',
      scale: { kind: 'linear', domain: [-0.5, steps - 0.5] },
      ticks: isLast
        ? epochs
            .slice(1)
            .map((to, step) => ({ at: step, label: `${epochs[step]}→${to}` }))
            .filter((_, step) => step % every === 0)
        : [],
    },
    y: { title: 'Items', scale: { kind: 'linear', domain: [0, tallest] } },
    marks: [
      ...(flows.length > 0
        ? [
            {
              kind: 'ribbon' as const,
              data: 'flows',
              x: ['left', 'right'] as const,
              from: ['fromLow', 'fromHigh'] as const,
              to: ['toLow', 'toHigh'] as const,
              series: 'series',
            },
          ]
        : []),
      { kind: 'rect', data: 'moves', x: ['left', 'right'], y: ['low', 'high'], series: 'series' },
    ],
  };
}

/** Ribbons between neighbouring bars: each class leaves in the order of the classes and arrives in the order of sources. */
function flowTable(
  { epochs, flows, levels }: DriftSummary,
  shown: readonly DriftClass[],
  tops: ReadonlyMap<string, number>,
): DataTable {
  const rows: Row[] = [];
  for (const [step, byLevel] of flows.entries())
    for (let level = 0; level < levels; level++) {
      const leaving = new Map<DriftClass, number>();
      const arriving = new Map<DriftClass, number>();
      for (const name of shown)
        for (const next of shown) {
          const cell = DRIFT_CLASSES.indexOf(name) * DRIFT_CLASSES.length + DRIFT_CLASSES.indexOf(next);
          const count = byLevel[level]?.[cell] ?? 0;
          if (count === 0) continue;
          const fromLow = leaving.get(name) ?? tops.get(`${step} ${level} ${name}`) ?? 0;
          const toLow = arriving.get(next) ?? tops.get(`${step + 1} ${level} ${next}`) ?? 0;
          leaving.set(name, fromLow + count);
          arriving.set(next, toLow + count);
          rows.push({
            at: epochs[step + 1] ?? 0,
            level: level + 1,
            before: CLASS_LABELS[name],
            after: CLASS_LABELS[next],
            items: count,
            left: step + HALF_BAR,
            right: step + 1 - HALF_BAR,
            fromLow,
            fromHigh: fromLow + count,
            toLow,
            toHigh: toLow + count,
            series: name,
          });
        }
    }
  return {
    name: 'flows',
    title: 'Items by class before and after an epoch',
    columns: [
      numberColumn('at', 'Epoch'),
      numberColumn('level', 'Level'),
      textColumn('before', 'Step before'),
      textColumn('after', 'Step after'),
      numberColumn('items', 'Items'),
      ...['left', 'right', 'fromLow', 'fromHigh', 'toLow', 'toHigh', 'series'].map((key) => ({
        key,
        title: key,
        digits: key === 'series' ? null : 2,
        isHidden: true,
      })),
    ],
    rows,
  };
}

function riverSummary({ epochs, items, counts, levels }: DriftSummary): string {
  const shareAt = (name: DriftClass): readonly number[] =>
    Array.from({ length: levels }, (_, level) => {
      const total = counts.reduce((sum, _step, step) => sum + countOf(counts, step, level, name), 0);
      return total / (counts.length * items);
    });
  const kept = shareAt('kept').map((share, level) => `${formatShare(share)} (level ${level + 1})`);
  const collided = Math.max(...shareAt('collided'));
  return `From epoch ${epochs[0]} to ${epochs.at(-1)}, an item keeps its code in ${kept.join(', ')} of the steps; ${formatShare(collided)} of the items a step enter a new collision.`;
}

export type AgreementMeasure = 'raw' | 'matched' | 'adjustedInformation';
export const AGREEMENT_TITLES: Readonly<Record<AgreementMeasure, string>> = {
  raw: 'Same code',
  matched: 'Same code after matching',
  adjustedInformation: 'Adjusted mutual information',
};

/** Every pair of tokenizers at every level: one matrix a level, all measures in the table. */
export function agreementFigure(summary: DriftSummary, measure: AgreementMeasure, note = ''): FigureSpec {
  const { epochs, pairs, levels } = summary;
  const names = epochs.map(String);
  const rows: Row[] = pairs.flatMap((pair) => {
    const values = { raw: pair.raw, matched: pair.matched, adjustedInformation: pair.adjustedInformation };
    return [
      {
        first: epochs[pair.first] ?? 0,
        second: epochs[pair.second] ?? 0,
        level: pair.level + 1,
        changed: 1 - pair.raw,
        ...values,
        shown: values[measure],
        x: names[pair.first] ?? '',
        y: names[pair.second] ?? '',
      },
    ];
  });
  const lowest = Math.min(1, ...rows.map(({ shown }) => Number(shown)));
  const domain = [Math.floor(lowest * 20) / 20, 1] as const;
  const means = Array.from({ length: levels }, (_, level) => {
    const own = pairs.filter((pair) => pair.level === level);
    return own.reduce((sum, pair) => sum + pair[measure], 0) / Math.max(1, own.length);
  });
  return {
    name: 'code-agreement',
    title: 'Agreement of tokenizers',
    summary: `${AGREEMENT_TITLES[measure]}, mean over ${pairs.length / levels} pairs: ${means.map((mean, level) => `${mean.toFixed(3)} at level ${level + 1}`).join(', ')}.`,
    note: `Matching renames codes so that as many items as possible agree (Hungarian method, exact). Adjusted mutual information is 1 for equal partitions and about 0 for unrelated ones. ${note}`.trim(),
    series: [],
    ramps: [{ title: AGREEMENT_TITLES[measure], ramp: 'sequential', domain, digits: 2 }],
    data: [
      {
        name: 'pairs',
        title: 'Pairs of tokenizers',
        columns: [
          numberColumn('first', 'Epoch'),
          numberColumn('second', 'Later epoch'),
          numberColumn('level', 'Level'),
          numberColumn('changed', 'Codes changed (Hamming)', 4),
          numberColumn('raw', AGREEMENT_TITLES.raw, 4),
          numberColumn('matched', AGREEMENT_TITLES.matched, 4),
          numberColumn('adjustedInformation', AGREEMENT_TITLES.adjustedInformation, 4),
          ...placing('shown'),
          ...styling('x', 'y'),
        ],
        rows,
      },
    ],
    rows: [
      {
        height: 17,
        minWidth: 20,
        isSquare: true,
        panels: Array.from({ length: levels }, (_, level) => ({
          title: `Level ${level + 1}`,
          where: { column: 'level', equals: level + 1 },
          x: { title: 'Tokenizer epoch', scale: { kind: 'band' as const, domain: names.slice(0, -1) } },
          y: { title: level === 0 ? 'Later epoch' : '', scale: { kind: 'band' as const, domain: names.slice(1) } },
          marks: [
            {
              kind: 'cell' as const,
              data: 'pairs',
              x: 'x',
              y: 'y',
              value: 'shown',
              ramp: 'sequential' as const,
              domain,
              digits: 2,
            },
          ],
        })),
      },
    ],
    cursors: [{ data: 'pairs', x: 'first', y: 'second' }],
  };
}

/** Distinct identifiers against agreement for the newest 2 … T tokenizers. */
export function windowFigure(summary: DriftSummary, chosen: number, note = ''): FigureSpec {
  const { windows } = summary;
  const key = (count: number): string => (count === chosen ? 'chosen' : 'other');
  const domainOf = (values: readonly number[]): readonly [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const margin = Math.max((high - low) * 0.12, 0.005);
    return [low - margin, high + margin];
  };
  const best = windows.find(({ tokenizers }) => tokenizers === chosen) ?? windows.at(-1);
  return {
    name: 'tokenizer-count',
    title: 'How many tokenizers',
    summary: best
      ? `With the newest ${best.tokenizers} tokenizers an item has ${best.identifiersPerItem.toFixed(3)} different identifiers, and ${formatShare(best.agreement)} of the codes agree between two of them.`
      : 'One tokenizer so far.',
    ...(note === '' ? {} : { note }),
    series: [
      { key: 'other', label: 'newest T tokenizers', ...seriesStyle(0) },
      { key: 'chosen', label: `T = ${chosen}`, ...seriesStyle(3) },
    ],
    data: [
      {
        name: 'windows',
        title: 'Newest tokenizers',
        columns: [
          numberColumn('tokenizers', 'Tokenizers'),
          numberColumn('identifiers', 'Identifiers an item', 4),
          numberColumn('agreement', 'Codes that agree', 4),
          ...styling('label', 'series'),
        ],
        rows: windows.map(({ tokenizers, identifiersPerItem, agreement }) => ({
          tokenizers,
          identifiers: identifiersPerItem,
          agreement,
          label: String(tokenizers),
          series: key(tokenizers),
        })),
      },
    ],
    rows: [
      {
        height: 13,
        panels: [
          {
            x: {
              title: 'Diversity: different identifiers an item',
              scale: { kind: 'linear', domain: domainOf(windows.map(({ identifiersPerItem }) => identifiersPerItem)) },
            },
            y: {
              title: 'Stability: codes that agree',
              scale: { kind: 'linear', domain: domainOf(windows.map(({ agreement }) => agreement)) },
            },
            marks: [
              { kind: 'point', data: 'windows', x: 'identifiers', y: 'agreement', series: 'series', label: 'label' },
            ],
          },
        ],
      },
    ],
    cursors: [{ data: 'windows', x: 'tokenizers' }],
  };
}
