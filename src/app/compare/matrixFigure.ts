/** All rows of the table against each other on one metric: difference as colour, Holm-adjusted p in the table. */
import type { PairMatrix } from '../../worker/protocol';
import { numberColumn, placing, textColumn } from '../figures/columns';
import { symmetricDomain } from '../figures/scales';
import type { FigureSpec, Row } from '../figures/spec';
import { formatP } from '../format/numbers';

/** Adjusted p below this is called significant. */
export const LEVEL = 0.05;

export interface MatrixWords {
  readonly metric: string;
  readonly test: string;
  readonly note: string;
}

export function matrixFigure({ names, pairs }: PairMatrix, { metric, test, note }: MatrixWords): FigureSpec {
  const rows: Row[] = pairs.flatMap(({ first, second, difference, adjustedP }) => {
    const [a = '', b = ''] = [names[first], names[second]];
    const isSignificant = adjustedP < LEVEL;
    return [
      {
        row: a,
        column: b,
        difference,
        shown: isSignificant ? difference : 0,
        adjustedP,
        mark: isSignificant ? '*' : '',
      },
      {
        row: b,
        column: a,
        difference: -difference,
        shown: isSignificant ? -difference : 0,
        adjustedP,
        mark: isSignificant ? '*' : '',
      },
    ];
  });
  const significant = pairs.filter(({ adjustedP }) => adjustedP < LEVEL);
  const closest = [...pairs].sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference))[0];
  const domain = symmetricDomain(pairs.map(({ difference }) => difference));
  return {
    name: 'significance',
    title: 'Significance, all pairs',
    summary: closest
      ? `${significant.length} of ${pairs.length} pairs differ significantly on ${metric}; the closest are ${names[closest.first]} and ${names[closest.second]} (Holm p ${formatP(closest.adjustedP)}).`
      : 'There is only one row.',
    note: `${test}, two-sided, seeds averaged first; Holm over all ${pairs.length} pairs. A cell is row minus column, and 0 where the difference is not significant at ${LEVEL}. ${note}`.trim(),
    data: [
      {
        name: 'pairs',
        title: 'Pairs',
        columns: [
          textColumn('row', 'Row'),
          textColumn('column', 'Column'),
          numberColumn('difference', `Difference of ${metric}`, 4),
          numberColumn('adjustedP', 'Holm p', 4),
          textColumn('mark', `Below ${LEVEL}`),
          ...placing('shown'),
        ],
        rows,
      },
    ],
    series: [],
    ramps: [{ title: 'Row minus column', ramp: 'diverging', domain, digits: 3 }],
    rows: [
      {
        height: Math.max(10, 2.6 * names.length),
        panels: [
          {
            x: { title: 'Column', scale: { kind: 'band', domain: names } },
            y: { title: 'Row', scale: { kind: 'band', domain: names } },
            marks: [
              {
                kind: 'cell',
                data: 'pairs',
                x: 'column',
                y: 'row',
                value: 'shown',
                ramp: 'diverging',
                domain,
                digits: 3,
              },
            ],
          },
        ],
      },
    ],
    cursors: [{ data: 'pairs', x: 'column', y: 'row' }],
  };
}
