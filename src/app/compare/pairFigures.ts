/** Figures of two rows of the table: every user's difference (V9), and head against tail (V7). */
import type { NamedDelta, TailBin } from '../../worker/protocol';
import { seriesStyle } from '../figures/palette';
import { symmetricDomain } from '../figures/scales';
import type { FigureSpec, Row, Series } from '../figures/spec';
import { formatCount, formatMetric, formatP, formatShare } from '../format/numbers';

export interface PairNames {
  readonly first: string;
  readonly second: string;
  /** E.g. `R@10`. */
  readonly metric: string;
  /** The test, in words. */
  readonly test: string;
  readonly note: string;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${formatMetric(Math.abs(value))}`;
const styled = (key: string, label: string, place: number): Series => ({ key, label, ...seriesStyle(place), dash: [] });
const kindOf = (delta: number): string => (delta > 0 ? 'better' : delta < 0 ? 'worse' : 'tie');

/** The waterfall over the users, best first, ties as their own block; beside it the differences that are no ties. */
export function deltaFigure(delta: NamedDelta, { first, second, metric, test, note }: PairNames): FigureSpec {
  const { users, better, ties, worse, mean, interval, pValue, effect } = delta;
  const steps: Row[] = delta.steps.map(({ from, until, delta: value }) => ({
    from: from + 1,
    until,
    users: until - from,
    difference: value,
    left: from,
    low: Math.min(0, value),
    high: Math.max(0, value),
    series: kindOf(value),
  }));
  const bins: Row[] = delta.histogram.map(({ from, until, count }) => ({
    from,
    until,
    users: count,
    zero: 0,
    series: from + until > 0 ? 'better' : 'worse',
  }));
  const [low, high] = symmetricDomain(delta.steps.map((step) => step.delta));
  return {
    name: 'paired-users',
    title: 'Users one by one',
    summary: `${first} minus ${second} on ${metric}: mean ${signed(mean)} (95% interval ${signed(interval.low)} to ${signed(interval.high)}), p ${formatP(pValue)}, effect ${effect.toFixed(3)}; of ${formatCount(users)} users ${formatCount(better)} are better off, ${formatCount(worse)} worse, ${formatCount(ties)} tie (${formatShare(ties / Math.max(1, users))}).`,
    note: `${test}, two-sided, on per-user values with seeds averaged first; interval: percentile bootstrap of the mean, 1,000 draws; effect: mean over standard deviation of the differences. ${note}`.trim(),
    series: [
      styled('better', `${first} better`, 0),
      styled('tie', 'tie', 4),
      styled('worse', `${second} better`, 1),
    ].filter(({ key }) => steps.some(({ series }) => series === key)),
    data: [
      {
        name: 'users',
        title: 'Users by difference',
        columns: [
          { key: 'from', title: 'From user', digits: 0 },
          { key: 'until', title: 'To user', digits: 0 },
          { key: 'users', title: 'Users', digits: 0 },
          { key: 'difference', title: `Difference of ${metric}`, digits: 4 },
          { key: 'left', title: 'left', digits: 0, isHidden: true },
          { key: 'low', title: 'low', digits: 4, isHidden: true },
          { key: 'high', title: 'high', digits: 4, isHidden: true },
          { key: 'series', title: 'series', digits: null, isHidden: true },
        ],
        rows: steps,
      },
      {
        name: 'histogram',
        title: 'Without ties',
        columns: [
          { key: 'from', title: 'From', digits: 4 },
          { key: 'until', title: 'To', digits: 4 },
          { key: 'users', title: 'Users', digits: 0 },
          { key: 'zero', title: 'zero', digits: 0, isHidden: true },
          { key: 'series', title: 'series', digits: null, isHidden: true },
        ],
        rows: bins,
      },
    ],
    rows: [
      {
        height: 16,
        minWidth: 26,
        panels: [
          {
            title: 'Every user, best first; second line: their mean',
            x: { title: 'User', scale: { kind: 'linear', domain: [0, Math.max(1, users)] } },
            y: { title: `Difference of ${metric}`, scale: { kind: 'linear', domain: [low, high] } },
            marks: [
              { kind: 'rect', data: 'users', x: ['left', 'until'], y: ['low', 'high'], series: 'series' },
              { kind: 'rule', axis: 'y', at: 0 },
              { kind: 'rule', axis: 'y', at: mean },
            ],
          },
          {
            title: 'Differences, ties left out',
            x: { title: `Difference of ${metric}`, scale: { kind: 'linear', domain: [low, high] } },
            y: {
              title: 'Users',
              scale: { kind: 'linear', domain: [0, Math.max(1, ...delta.histogram.map(({ count }) => count)) * 1.05] },
            },
            marks: [{ kind: 'rect', data: 'histogram', x: ['from', 'until'], y: ['zero', 'users'], series: 'series' }],
          },
        ],
      },
    ],
    cursors: [
      { data: 'users', x: 'left' },
      { data: 'histogram', x: 'from' },
    ],
  };
}

const stars = (p: number): string => (p < 0.001 ? '***' : p < 0.01 ? '**' : p < 0.05 ? '*' : '');

/** Difference by popularity of the target, and whose hits lie where. */
export function tailFigure(bins: readonly TailBin[], { first, second, metric, test, note }: PairNames): FigureSpec {
  const shown = bins.filter(({ users }) => users > 0);
  const domain = shown.map(({ name }) => name);
  const rows: Row[] = shown.map((bin) => ({
    ...pick(bin),
    low: bin.interval.low,
    high: bin.interval.high,
    series: bin.difference >= 0 ? 'better' : 'worse',
    label: stars(bin.adjustedP),
  }));
  const shares: Row[] = shown.flatMap(({ name, caseShare, interactionShare, firstShare, secondShare }) =>
    (
      [
        ['interactions', interactionShare],
        ['cases', caseShare],
        ['first', firstShare],
        ['second', secondShare],
      ] as const
    ).map(([series, share]) => ({ bin: name, share, series, what: shareNames(first, second)[series] })),
  );
  const [low, high] = symmetricDomain(
    shown.flatMap(({ difference, interval }) => [difference, interval.low, interval.high]),
  );
  const strongest = shown.reduce<TailBin | null>(
    (best, bin) => (best && Math.abs(best.difference) >= Math.abs(bin.difference) ? best : bin),
    null,
  );
  const names = shareNames(first, second);
  return {
    name: 'long-tail',
    title: 'Head or tail',
    summary: strongest
      ? `${first} minus ${second} on ${metric} by how often the target occurs in training; largest at ${strongest.name} interactions: ${signed(strongest.difference)} over ${formatCount(strongest.users)} users (Holm p ${formatP(strongest.adjustedP)}).`
      : 'There are no users to compare.',
    note: `Bins double in width. Bands: 95% bootstrap intervals. Stars: ${test}, Holm over ${shown.length} bins (* .05, ** .01, *** .001). Shares are of ${metric} found; recommended lists are not stored, so this is not exposure. ${note}`.trim(),
    series: [
      styled('better', `${first} better`, 0),
      styled('worse', `${second} better`, 1),
      styled('interactions', names.interactions, 2),
      styled('cases', names.cases, 3),
      styled('first', names.first, 4),
      styled('second', names.second, 5),
    ],
    data: [
      {
        name: 'bins',
        title: 'Difference by popularity',
        columns: [
          { key: 'bin', title: 'Training interactions', digits: null },
          { key: 'items', title: 'Items', digits: 0 },
          { key: 'users', title: 'Users', digits: 0 },
          { key: 'first', title: first, digits: 4 },
          { key: 'second', title: second, digits: 4 },
          { key: 'difference', title: 'Difference', digits: 4 },
          { key: 'low', title: '95% from', digits: 4 },
          { key: 'high', title: '95% to', digits: 4 },
          { key: 'adjustedP', title: 'Holm p', digits: 4 },
          { key: 'label', title: 'Stars', digits: null },
          { key: 'series', title: 'series', digits: null, isHidden: true },
        ],
        rows,
      },
      {
        name: 'shares',
        title: 'Shares',
        columns: [
          { key: 'bin', title: 'Training interactions', digits: null },
          { key: 'what', title: 'Of', digits: null },
          { key: 'share', title: 'Share', digits: 4 },
          { key: 'series', title: 'series', digits: null, isHidden: true },
        ],
        rows: shares,
      },
    ],
    rows: [
      {
        height: 16,
        minWidth: 28,
        panels: [
          {
            title: `Difference of ${metric}`,
            x: { title: 'Training interactions of the target', scale: { kind: 'band', domain, padding: 0.25 } },
            y: { title: `${first} − ${second}`, scale: { kind: 'linear', domain: [low * 1.1, high * 1.1] } },
            marks: [
              { kind: 'bar', data: 'bins', x: 'bin', y: 'difference', series: 'series', label: 'label' },
              { kind: 'point', data: 'bins', x: 'bin', y: 'low', series: 'series' },
              { kind: 'point', data: 'bins', x: 'bin', y: 'high', series: 'series' },
              { kind: 'rule', axis: 'y', at: 0 },
            ],
          },
          {
            title: 'Where hits and interactions lie',
            x: { title: 'Training interactions of the target', scale: { kind: 'band', domain, padding: 0.25 } },
            y: {
              title: 'Share',
              scale: { kind: 'linear', domain: [0, Math.max(0.01, ...shares.map(({ share }) => Number(share))) * 1.1] },
            },
            marks: [{ kind: 'line', data: 'shares', x: 'bin', y: 'share', series: 'series', isMarked: true }],
          },
        ],
      },
    ],
    cursors: [
      { data: 'bins', x: 'bin' },
      { data: 'shares', x: 'bin', y: 'what' },
    ],
  };
}

const pick = ({ name, items, users, first, second, difference, adjustedP }: TailBin): Row => ({
  bin: name,
  items,
  users,
  first,
  second,
  difference,
  adjustedP,
});

const shareNames = (first: string, second: string) =>
  ({
    interactions: 'training interactions',
    cases: 'test users',
    first: `hits of ${first}`,
    second: `hits of ${second}`,
  }) as const;
