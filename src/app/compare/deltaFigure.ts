/** Figure V9: every user's difference between two rows of the table. */
import type { NamedDelta } from '../../worker/protocol';
import { numberColumn, placing, styling } from '../figures/columns';
import { symmetricDomain } from '../figures/scales';
import type { FigureSpec, Row, Series } from '../figures/spec';
import { formatCount, formatP, formatShare } from '../format/numbers';
import { type PairNames, pairStyle, signed } from './pairNames';

/** Half the height of the block of ties, of the axis: they are many and must be seen. */
const TIE = 0.012;
const tieStyle = (label: string): Series => ({
  ...pairStyle('tie', label, 0),
  colour: 'line-strong',
  pattern: 'solid',
});
const kindOf = (delta: number): string => (delta > 0 ? 'better' : delta < 0 ? 'worse' : 'tie');

/** The waterfall over the users, best first, ties as their own block; beside it the differences that are no ties. */
export function deltaFigure(delta: NamedDelta, { first, second, metric, test, note }: PairNames): FigureSpec {
  const { users, better, ties, worse, mean, interval, pValue, effect } = delta;
  const [low, high] = symmetricDomain(delta.steps.map((step) => step.delta));
  const steps: Row[] = delta.steps.map(({ from, until, delta: value }) => ({
    from: from + 1,
    until,
    users: until - from,
    difference: value,
    left: from,
    low: value === 0 ? TIE * low : Math.min(0, value),
    high: value === 0 ? TIE * high : Math.max(0, value),
    series: kindOf(value),
  }));
  const bins: Row[] = delta.histogram.map(({ from, until, count }) => ({
    from,
    until,
    users: count,
    zero: 0,
    series: from + until > 0 ? 'better' : 'worse',
  }));
  return {
    name: 'paired-users',
    title: 'Users one by one',
    summary: `${first} minus ${second} on ${metric}: mean ${signed(mean)} (95% interval ${signed(interval.low)} to ${signed(interval.high)}), p ${formatP(pValue)}, effect ${effect.toFixed(3)}; of ${formatCount(users)} users ${formatCount(better)} are better off, ${formatCount(worse)} worse, ${formatCount(ties)} tie (${formatShare(ties / Math.max(1, users))}).`,
    note: `${test}, two-sided, on per-user values with seeds averaged first; interval: percentile bootstrap of the mean, 1,000 draws; effect: mean over standard deviation of the differences. ${note}`.trim(),
    series: [
      pairStyle('better', `${first} better`, 0),
      tieStyle(`tie (${formatCount(ties)} users)`),
      pairStyle('worse', `${second} better`, 1),
    ].filter(({ key }) => steps.some(({ series }) => series === key)),
    data: [
      {
        name: 'users',
        title: 'Users by difference',
        columns: [
          numberColumn('from', 'From user'),
          numberColumn('until', 'To user'),
          numberColumn('users', 'Users'),
          numberColumn('difference', `Difference of ${metric}`, 4),
          ...placing('left', 'low', 'high'),
          ...styling('series'),
        ],
        rows: steps,
      },
      {
        name: 'histogram',
        title: 'Without ties',
        columns: [
          numberColumn('from', 'From', 4),
          numberColumn('until', 'To', 4),
          numberColumn('users', 'Users'),
          ...placing('zero'),
          ...styling('series'),
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
            title: 'Every user, best first',
            caption: [`mean ${signed(mean)} with its 95% interval, dotted`, `mean ${signed(mean)}`],
            x: { title: 'User', scale: { kind: 'linear', domain: [0, Math.max(1, users)] } },
            y: { title: `Difference of ${metric}`, scale: { kind: 'linear', domain: [low, high] } },
            marks: [
              { kind: 'rect', data: 'users', x: ['left', 'until'], y: ['low', 'high'], series: 'series' },
              { kind: 'rule', axis: 'y', at: 0 },
              { kind: 'rule', axis: 'y', at: mean, band: [interval.low, interval.high] },
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
