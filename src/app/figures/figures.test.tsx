import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { plainCell, sentenceOf, shownColumns } from './cells';
import { csvOf } from './csv';
import { moved, nearestRow, stopsOf } from './cursor';
import { FigureTable } from './FigureTable';
import { latexOf } from './latex';
import { sceneOf } from './layout';
import { seriesStyle } from './palette';
import { SceneView } from './SceneView';
import { everyMark, NASTY } from './scene.fixture';
import { type FigureSpec, type Row, tableOf } from './spec';
import { svgOf } from './svgText';

const spec: FigureSpec = everyMark(seriesStyle);

/** Cells of comma-separated text, quotes undone. */
function parseCsv(text: string): string[][] {
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => (m[1] ?? m[2] ?? '').replaceAll('""', '"')),
    );
}
const textsOf = (rows: readonly Row[], name: string): string[][] => {
  const table = tableOf(spec, name);
  return table ? rows.map((row) => shownColumns(table).map((column) => plainCell(row[column.key], column))) : [];
};

describe('one spec, the same numbers everywhere', () => {
  it.each(spec.data.map((table) => ({ name: table.name, table })))('in CSV: $name', ({ table }) => {
    const [head, ...rows] = parseCsv(csvOf(table));
    expect(head).toEqual(shownColumns(table).map(({ title }) => title));
    const plain = textsOf(table.rows, table.name).map((row) =>
      row.map((cell) => (NASTY.includes(cell) ? `'${cell}` : cell)),
    );
    expect(rows).toEqual(plain);
  });

  it.each(spec.data.map((table) => ({ name: table.name, table })))('in LaTeX: $name', ({ table }) => {
    const body = latexOf(table, 'a & b').split('\\midrule\n')[1]?.split('\\bottomrule')[0] ?? '';
    const rows = body
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ \\\\$/, '').split(' & '));
    expect(rows).toHaveLength(table.rows.length);
    rows.forEach((cells, index) => {
      shownColumns(table).forEach((column, place) => {
        const value = table.rows[index]?.[column.key];
        if (typeof value === 'number') expect(cells[place]?.replaceAll('$', '')).toBe(plainCell(value, column));
      });
    });
  });

  it('in the table of the page', () => {
    for (const table of spec.data) {
      const html = renderToStaticMarkup(<FigureTable table={table} />);
      const cells = [...html.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map((match) =>
        match[1]?.replaceAll(',', '').replace('–', ''),
      );
      const wanted = textsOf(table.rows, table.name)
        .flat()
        .map((text) =>
          text
            .replaceAll('&', '&amp;')
            .replaceAll('"', '&quot;')
            .replaceAll("'", '&#x27;')
            .replaceAll('<', '&lt;')
            .replaceAll('>', '&gt;')
            .replaceAll(',', ''),
        );
      expect(cells).toEqual(wanted);
    }
  });

  it('in the titles of the marks of the SVG file, and in their sizes', () => {
    const svg = svgOf(spec, 174);
    const bars = tableOf(spec, 'bars');
    const heights = (bars?.rows ?? []).map((row, index) => {
      const mark = new RegExp(`<rect [^>]*height="([\\d.]+)"[^>]*data-row="bars:${index}"><title>([^<]*)`).exec(svg);
      expect(mark?.[2]).toBe(
        bars &&
          sentenceOf(bars, row)
            .replaceAll('\t', ' ')
            .replaceAll('&', '&amp;')
            .replaceAll('"', '&quot;')
            .replaceAll('<', '&lt;')
            .replaceAll('>', '&gt;'),
      );
      return Number(mark?.[1]);
    });
    const values = (bars?.rows ?? []).map((row) => Number(row['value']));
    const unit = heights[0] ?? 0;
    for (const [index, height] of heights.entries())
      expect((height / unit) * (values[0] ?? 0)).toBeCloseTo(values[index] ?? 0, 2);
  });

  it('draws the same shapes on the page and in the file', () => {
    const scene = sceneOf(spec, { width: 500, em: 11, hasTitle: false });
    const live = renderToStaticMarkup(<SceneView scene={scene} em={11} marked={null} />);
    const rowsIn = (markup: string): string[] =>
      [...markup.matchAll(/data-row="([^"]*)"/g)].map((match) => match[1] ?? '');
    expect(rowsIn(live).length).toBeGreaterThan(10);
    expect(rowsIn(live)).toEqual(rowsIn(svgOf(spec, 84)));
  });
});

describe('the SVG file', () => {
  it.each([84, 174] as const)(
    'of %i mm is well-formed, light, and has legend, axis titles and no text under 7 pt',
    (width) => {
      const svg = svgOf(spec, width);
      expect(svg).toContain(`width="${width}mm"`);
      const sizes = [...svg.matchAll(/font-size="([\d.]+)"/g)].map((match) => Number(match[1]));
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(7);
      for (const text of [...spec.series.map(({ label }) => label), 'Horizontal axis', 'Vertical axis', 'Ramp'])
        expect(svg).toContain(text);
      expect(svg).not.toMatch(/var\(|NaN|undefined|Infinity/);
      // Every opened element is closed.
      const depth = [...svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)].reduce(
        (sum, [, isEnd, , isEmpty]) => sum + (isEnd ? -1 : isEmpty ? 0 : 1),
        0,
      );
      expect(depth).toBe(0);
    },
  );

  it('keeps everything inside the paper', () => {
    for (const width of [238, 493]) {
      const scene = sceneOf(spec, { width, em: 7.2, hasTitle: true });
      for (const shape of scene.shapes)
        if (shape.kind === 'rect') {
          expect(shape.x).toBeGreaterThanOrEqual(0);
          expect(shape.x + shape.width).toBeLessThanOrEqual(width + 0.01);
          expect(shape.y + shape.height).toBeLessThanOrEqual(scene.height + 0.01);
        }
    }
  });
});

describe('CSV', () => {
  it('neutralises text that a spreadsheet would run, and leaves negative numbers alone', () => {
    const text = csvOf({
      name: 't',
      title: 'T',
      columns: [
        { key: 'text', title: '=head', digits: null },
        { key: 'value', title: 'Value', digits: 2 },
      ],
      rows: NASTY.map((text) => ({ text, value: -1.5 })),
    });
    expect(text.startsWith(`"'=head","Value"\r\n`)).toBe(true);
    for (const value of NASTY) expect(text).toContain(`"'${value.replaceAll('"', '""')}",-1.50\r\n`);
  });
});

describe('the data cursor', () => {
  const scene = sceneOf(spec, { width: 600, em: 11, hasTitle: false });
  const stops = stopsOf(spec, scene);
  it('visits every row of its tables', () => {
    const rows = spec.cursors.flatMap(({ data }) => tableOf(spec, data)?.rows ?? []);
    expect(stops).toHaveLength(rows.length);
  });
  it('moves along x and y, and stays at the ends', () => {
    expect(moved(stops, null, 'right')).toBe('cells:0');
    expect(moved(stops, 'cells:0', 'right')).toBe('cells:1');
    expect(moved(stops, 'cells:1', 'right')).toBe('cells:1');
    expect(moved(stops, 'cells:0', 'down')).toBe('cells:2');
    expect(moved(stops, 'cells:2', 'up')).toBe('cells:0');
    expect(moved(stops, 'cells:0', 'last')).toBe('cells:3');
    expect(moved(stops, 'cells:3', 'nextGroup')).toBe('bars:0');
    expect(moved(stops, 'bars:0', 'previousGroup')).toBe('cells:0');
    expect(moved(stops, 'bars:0', 'down')).toBe('bars:1');
    expect(moved(stops, 'bars:1', 'left')).toBe('bars:0');
  });
  it('finds the row under a pointer', () => {
    const anchor = scene.anchors.get('cells:3');
    if (!anchor) throw new Error('no anchor');
    const point = { x: anchor.x + anchor.width / 2, y: anchor.y + anchor.height / 2, series: null };
    expect(nearestRow(scene, stops, point)).toBe('cells:3');
  });
});
