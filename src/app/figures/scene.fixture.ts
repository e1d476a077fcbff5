import type { SeriesStyle } from './palette';
import type { FigureSpec } from './spec';

/** Starts that spreadsheets take for formulas, and what else breaks a format. */
export const NASTY: readonly string[] = ['=1+1', '+1', '-1', '@x', '\tx', '＝1', '=HYPERLINK("http://x")'];

/** A figure with every kind of mark, two panels side by side and names that no format likes. */
export function everyMark(styleOf: (index: number) => SeriesStyle): FigureSpec {
  const linear = (low: number, high: number) => ({ kind: 'linear' as const, domain: [low, high] as const });
  return {
    name: 'every-mark',
    title: 'Every mark <& more>',
    summary: 'The sum is 3.',
    note: 'A note that is long enough to be wrapped on a narrow paper because it goes on and on for a while.',
    series: ['first', 'second'].map((key, index) => ({ key, label: `Series ${key}`, ...styleOf(index) })),
    ramps: [{ title: 'Ramp', ramp: 'diverging', domain: [-1, 1], digits: 1 }],
    data: [
      {
        name: 'cells',
        title: 'Cells',
        columns: [
          { key: 'column', title: 'Column', digits: null },
          { key: 'row', title: 'Row', digits: null },
          { key: 'value', title: 'Value', digits: 3 },
        ],
        rows: [
          { column: 'A', row: '1', value: -1 },
          { column: 'B', row: '1', value: 0.25 },
          { column: 'A', row: '2', value: -0.0004 },
          { column: 'B', row: '2', value: 1 },
        ],
      },
      {
        name: 'bars',
        title: 'Bars',
        columns: [
          { key: 'name', title: 'Name', digits: null },
          { key: 'value', title: 'Value, 1e0', digits: 4 },
          { key: 'series', title: 'Series', digits: null, isHidden: true },
        ],
        rows: NASTY.map((name, index) => ({
          name,
          value: 0.12345 * (index + 1),
          series: index % 2 ? 'second' : 'first',
        })),
      },
      {
        name: 'curve',
        title: 'Curve',
        columns: [
          { key: 'x', title: 'Step', digits: 0 },
          { key: 'y', title: 'Height', digits: 2 },
          { key: 'low', title: 'Low', digits: 2, isHidden: true },
          { key: 'zero', title: 'Zero', digits: 0, isHidden: true },
          { key: 'next', title: 'Next', digits: 0, isHidden: true },
          { key: 'strength', title: 'Strength', digits: 1, isHidden: true },
          { key: 'series', title: 'Series', digits: null, isHidden: true },
        ],
        rows: [1000, 2000, 3000].flatMap((x) =>
          ['first', 'second'].map((series, place) => ({
            x,
            next: x + 500,
            y: x === 2000 ? null : 1 + place,
            low: place,
            zero: 0,
            strength: 0.3,
            series,
          })),
        ),
      },
    ],
    rows: [
      {
        height: 8,
        minWidth: 12,
        panels: [
          {
            title: 'Matrix',
            caption: ['4 cells'],
            x: { title: 'Column', scale: { kind: 'band', domain: ['A', 'B'] } },
            y: { title: 'Row', scale: { kind: 'band', domain: ['1', '2'] } },
            marks: [
              {
                kind: 'cell',
                data: 'cells',
                x: 'column',
                y: 'row',
                value: 'value',
                ramp: 'diverging',
                domain: [-1, 1],
                digits: 3,
              },
            ],
          },
          {
            x: { title: 'Horizontal axis', scale: { kind: 'band', domain: NASTY, padding: 0.2 } },
            y: { title: 'Vertical axis', scale: linear(0, 1) },
            marks: [{ kind: 'bar', data: 'bars', x: 'name', y: 'value', series: 'series' }],
          },
        ],
      },
      {
        height: 10,
        panels: [
          {
            x: { title: 'Step', scale: linear(0, 4000) },
            y: { title: 'Height', scale: linear(0, 3) },
            marks: [
              { kind: 'area', data: 'curve', x: 'x', low: 'zero', high: 'low', series: 'series' },
              {
                kind: 'ribbon',
                data: 'curve',
                x: ['x', 'next'],
                from: ['zero', 'low'],
                to: ['zero', 'low'],
                series: 'series',
              },
              { kind: 'rect', data: 'curve', x: ['x', 'next'], y: ['zero', 'low'], series: 'series' },
              { kind: 'line', data: 'curve', x: 'x', y: 'y', series: 'series', isMarked: true },
              { kind: 'point', data: 'curve', x: 'x', y: 'low', series: 'series', label: 'x' },
              { kind: 'rule', axis: 'x', at: 1500, label: 'here' },
              {
                kind: 'box',
                data: 'curve',
                x: ['x', 'next'],
                y: ['zero', 'low'],
                label: ['x'],
                tint: { series: 'series', strength: 'strength' },
                where: { column: 'series', equals: 'second' },
              },
              { kind: 'whisker', data: 'curve', x: 'x', low: 'zero', high: 'low' },
              { kind: 'rule', axis: 'y', at: 1, label: 'there', band: [0.8, 1.3] },
            ],
          },
        ],
      },
    ],
    cursors: [
      { data: 'cells', x: 'column', y: 'row' },
      { data: 'bars', x: 'name' },
    ],
  };
}
