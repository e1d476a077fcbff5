/** Figure V7: who wins, by popularity of the target, by activity of the user or by domain. */
import type { TailBin, TailFacet } from '../../worker/protocol';
import { numberColumn, styling, textColumn } from '../figures/columns';
import { symmetricDomain } from '../figures/scales';
import type { FigureSpec, Row } from '../figures/spec';
import { formatCount, formatP } from '../format/numbers';
import { type PairNames, pairStyle, signed } from './pairNames';

interface FacetWords {
  readonly choice: string;
  /** Of the axis and the table's column. */
  readonly axis: string;
  readonly sentence: string;
  readonly bins: string;
  /** After a bin's name. */
  readonly unit: string;
  readonly interactions: string;
}

export const FACETS: Readonly<Record<TailFacet, FacetWords>> = {
  popularity: {
    choice: 'popularity of the target',
    axis: 'Training interactions of the target',
    sentence: 'by how often the target occurs in training',
    bins: 'Bins double in width.',
    unit: ' interactions',
    interactions: 'training interactions',
  },
  activity: {
    choice: 'activity of the user',
    axis: 'Interactions of the user before the target',
    sentence: 'by how much the user did before',
    bins: 'Bins double in width.',
    unit: ' interactions',
    interactions: 'interactions of these users',
  },
  domain: {
    choice: 'domain of the target',
    axis: 'Domain of the target',
    sentence: 'by the domain of the target',
    bins: '',
    unit: '',
    interactions: 'training interactions',
  },
};

const stars = (p: number): string => (p < 0.001 ? '***' : p < 0.01 ? '**' : p < 0.05 ? '*' : '');

/** Difference in every bin, and whose hits lie where. */
export function tailFigure(
  bins: readonly TailBin[],
  { first, second, metric, test, note }: PairNames,
  by: TailFacet,
): FigureSpec {
  const words = FACETS[by];
  const shown = bins.filter(({ users }) => users > 0);
  const domain = shown.map(({ name }) => name);
  const rows: Row[] = shown.map((bin) => ({
    ...pick(bin),
    low: bin.interval.low,
    high: bin.interval.high,
    series: bin.difference >= 0 ? 'better' : 'worse',
    label: stars(bin.adjustedP),
  }));
  const names = shareNames(first, second, words.interactions);
  const shares: Row[] = shown.flatMap(({ name, caseShare, interactionShare, firstShare, secondShare }) =>
    (
      [
        ['interactions', interactionShare],
        ['cases', caseShare],
        ['first', firstShare],
        ['second', secondShare],
      ] as const
    ).map(([series, share]) => ({ bin: name, share, series, what: names[series] })),
  );
  const [low, high] = symmetricDomain(
    shown.flatMap(({ difference, interval }) => [difference, interval.low, interval.high]),
  );
  const strongest = shown.reduce<TailBin | null>(
    (best, bin) => (best && Math.abs(best.difference) >= Math.abs(bin.difference) ? best : bin),
    null,
  );
  return {
    name: 'long-tail',
    title: 'Head or tail',
    summary: strongest
      ? `${first} minus ${second} on ${metric} ${words.sentence}; largest at ${strongest.name}${words.unit}: ${signed(strongest.difference)} over ${formatCount(strongest.users)} users (Holm p ${formatP(strongest.adjustedP)}).`
      : 'There are no users to compare.',
    note: `${words.bins} Whiskers: 95% bootstrap intervals. Stars: ${test}, Holm over ${shown.length} bins (* .05, ** .01, *** .001). Shares are of ${metric} found; recommended lists are not stored, so this is not exposure. ${note}`.trim(),
    series: [
      pairStyle('better', `${first} better`, 0),
      pairStyle('worse', `${second} better`, 1),
      pairStyle('interactions', names.interactions, 2),
      pairStyle('cases', names.cases, 3),
      pairStyle('first', names.first, 4),
      pairStyle('second', names.second, 5),
    ],
    data: [
      {
        name: 'bins',
        title: 'Difference by bin',
        columns: [
          textColumn('bin', words.axis),
          numberColumn('items', 'Items'),
          numberColumn('users', 'Users'),
          numberColumn('first', first, 4),
          numberColumn('second', second, 4),
          numberColumn('difference', 'Difference', 4),
          numberColumn('low', '95% from', 4),
          numberColumn('high', '95% to', 4),
          numberColumn('adjustedP', 'Holm p', 4),
          textColumn('label', 'Stars'),
          ...styling('series'),
        ],
        rows,
      },
      {
        name: 'shares',
        title: 'Shares',
        columns: [
          textColumn('bin', words.axis),
          textColumn('what', 'Of'),
          numberColumn('share', 'Share', 4),
          ...styling('series'),
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
            x: { title: words.axis, scale: { kind: 'band', domain, padding: 0.25 } },
            y: { title: `${first} − ${second}`, scale: { kind: 'linear', domain: [low * 1.1, high * 1.1] } },
            marks: [
              { kind: 'bar', data: 'bins', x: 'bin', y: 'difference', series: 'series', label: 'label' },
              { kind: 'whisker', data: 'bins', x: 'bin', low: 'low', high: 'high' },
              { kind: 'rule', axis: 'y', at: 0 },
            ],
          },
          {
            title: 'Where hits and interactions lie',
            x: { title: words.axis, scale: { kind: 'band', domain, padding: 0.25 } },
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

const shareNames = (first: string, second: string, interactions: string) =>
  ({
    interactions,
    cases: 'test users',
    first: `hits of ${first}`,
    second: `hits of ${second}`,
  }) as const;
