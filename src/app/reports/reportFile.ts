/**
 * A report as a JSON file and back. What comes in is untrusted: everything is checked, and names that a renderer writes into a
 * drawing as they are (colours, patterns) are only taken from their lists. Rasters are base64.
 */
import * as v from 'valibot';
import { FormatError } from '../../base/errors';
import { type ColourName, LIGHT } from '../figures/palette';
import type { Report } from './report';

export const REPORT_VERSION = 1;
export const REPORT_EXTENSION = '.report.json';
/** Larger files are no reports. */
const MOST_CHARACTERS = 64_000_000;
const MOST_BLOCKS = 500;
const MOST_ROWS = 200_000;

const text = v.pipe(v.string(), v.maxLength(200_000));
const name = v.pipe(v.string(), v.maxLength(2000));
const number = v.pipe(v.number(), v.finite());
const span = v.tuple([number, number]);
const pair = v.tuple([name, name]);
const colour = v.custom<ColourName>((value) => typeof value === 'string' && Object.hasOwn(LIGHT, value));

const Cell = v.union([number, text, v.null()]);
const Column = v.strictObject({
  key: name,
  title: name,
  digits: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20))),
  isHidden: v.exactOptional(v.boolean()),
});
const Table = v.strictObject({
  name,
  title: name,
  columns: v.array(Column),
  rows: v.pipe(v.array(v.record(v.string(), Cell)), v.maxLength(MOST_ROWS)),
});
const Scale = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['linear', 'log']), domain: span }),
  v.strictObject({ kind: v.literal('band'), domain: v.array(name), padding: v.exactOptional(number) }),
]);
const Axis = v.strictObject({
  title: name,
  scale: Scale,
  ticks: v.exactOptional(v.array(v.strictObject({ at: v.union([number, name]), label: name }))),
});
const Series = v.strictObject({
  key: name,
  label: name,
  colour,
  pattern: v.picklist(['solid', 'diagonal', 'cross', 'dots']),
  dash: v.array(number),
  marker: v.picklist(['disc', 'ring', 'square', 'diamond', 'triangle']),
  isInLegend: v.exactOptional(v.boolean()),
});
const bytes = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9+/]*={0,2}$/),
  v.check((value) => value.length % 4 === 0),
  v.transform((value) => Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0))),
);
const data = name;
const series = name;
const ramp = v.picklist(['sequential', 'diverging']);
const where = v.exactOptional(v.strictObject({ column: name, equals: Cell }));
const Mark = v.variant('kind', [
  v.strictObject({
    kind: v.literal('area'),
    data,
    x: name,
    until: v.exactOptional(name),
    low: name,
    high: name,
    series,
  }),
  v.strictObject({
    kind: v.literal('line'),
    data,
    x: name,
    y: name,
    series,
    isMarked: v.exactOptional(v.boolean()),
    isFaint: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ kind: v.literal('point'), data, x: name, y: name, series, label: v.exactOptional(name) }),
  v.strictObject({ kind: v.literal('bar'), data, x: name, y: name, series, label: v.exactOptional(name) }),
  v.strictObject({ kind: v.literal('rect'), data, x: pair, y: pair, series, where }),
  v.strictObject({
    kind: v.literal('box'),
    data,
    x: pair,
    y: pair,
    label: v.exactOptional(v.array(name)),
    tint: v.exactOptional(v.strictObject({ series: name, strength: name })),
    where,
  }),
  v.strictObject({ kind: v.literal('whisker'), data, x: name, low: name, high: name }),
  v.strictObject({
    kind: v.literal('raster'),
    columns: v.array(v.strictObject({ from: number, until: number, cells: bytes })),
    series: v.array(name),
  }),
  v.strictObject({
    kind: v.literal('cell'),
    data,
    x: name,
    y: name,
    value: name,
    ramp,
    domain: span,
    digits: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
  }),
  v.strictObject({ kind: v.literal('ribbon'), data, x: pair, from: pair, to: pair, series, where }),
  v.strictObject({
    kind: v.literal('rule'),
    axis: v.picklist(['x', 'y']),
    at: number,
    label: v.exactOptional(name),
    band: v.exactOptional(span),
  }),
]);
const Panel = v.strictObject({
  title: v.exactOptional(name),
  caption: v.exactOptional(v.array(name)),
  x: Axis,
  y: Axis,
  where,
  isRound: v.exactOptional(v.boolean()),
  marks: v.array(Mark),
});
const Figure = v.strictObject({
  name,
  title: name,
  summary: text,
  note: v.exactOptional(text),
  data: v.array(Table),
  series: v.array(Series),
  ramps: v.exactOptional(
    v.array(
      v.strictObject({
        title: name,
        ramp,
        domain: span,
        digits: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
      }),
    ),
  ),
  rows: v.array(
    v.strictObject({
      panels: v.array(Panel),
      height: v.pipe(number, v.minValue(0), v.maxValue(1000)),
      minWidth: v.exactOptional(number),
      isSquare: v.exactOptional(v.boolean()),
    }),
  ),
  cursors: v.array(v.strictObject({ data: name, x: name, y: v.exactOptional(name) })),
});

const id = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/));
const metric = v.nullable(number);
const Blocks = v.variant('kind', [
  v.strictObject({ id, kind: v.literal('text'), text }),
  v.strictObject({ id, kind: v.literal('figure'), spec: Figure, caption: text }),
  v.strictObject({ id, kind: v.literal('table'), table: Table, caption: text }),
  v.strictObject({
    id,
    kind: v.literal('runs'),
    caption: text,
    runs: v.array(
      v.strictObject({
        name,
        system: name,
        data: name,
        seed: number,
        metrics: v.strictObject({ recall5: metric, ndcg5: metric, recall10: metric, ndcg10: metric }),
        config: v.record(v.string(), name),
      }),
    ),
  }),
]);
const ReportSchema = v.strictObject({
  version: v.literal(REPORT_VERSION),
  id,
  title: name,
  blocks: v.pipe(v.array(Blocks), v.maxLength(MOST_BLOCKS)),
});

/**
 * JSON text of a report: keys in order, so equal reports are equal files. Numbers that are not finite become null, as in every
 * table of the page.
 */
export const reportText = (report: Report): string =>
  `${JSON.stringify({ version: REPORT_VERSION, ...report }, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return base64(value);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  })}\n`;

function base64(bytesOf: Uint8Array): string {
  let letters = '';
  for (const byte of bytesOf) letters += String.fromCharCode(byte);
  return btoa(letters);
}

/**
 * @param file for messages
 * @throws FormatError `report/json`, `report/version`, `report/field` naming the field, `report/size`
 */
export function readReport(source: string, file: string): Report {
  if (source.length > MOST_CHARACTERS)
    throw new FormatError(
      'report/size',
      `read ${file}: it is larger than any report; choose a ${REPORT_EXTENSION} file.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new FormatError(
      'report/json',
      `read ${file}: it is no JSON; choose a ${REPORT_EXTENSION} file that Tessera wrote.`,
      { cause },
    );
  }
  const version = v.safeParse(v.looseObject({ version: v.number() }), value);
  if (version.success && version.output.version !== REPORT_VERSION)
    throw new FormatError(
      'report/version',
      `read ${file}: it has version ${version.output.version}, this program reads ${REPORT_VERSION}; use the program that wrote it.`,
    );
  const checked = v.safeParse(ReportSchema, value);
  if (!checked.success) {
    const [issue] = checked.issues;
    const path = v.getDotPath(issue) ?? 'the whole file';
    throw new FormatError(
      'report/field',
      `read ${file}: ${path}: ${issue.message}; the file is damaged or was changed by hand.`,
    );
  }
  const { version: _version, ...report } = checked.output;
  const ids = new Set(report.blocks.map((block) => block.id));
  if (ids.size < report.blocks.length)
    throw new FormatError('report/field', `read ${file}: blocks: two have the same id; the file was changed by hand.`);
  return report;
}
