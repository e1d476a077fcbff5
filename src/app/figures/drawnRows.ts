import { sceneOf } from './layout';
import { type FigureSpec, rowKey } from './spec';
import { PAPER_EM, POINTS_PER_MM } from './svgText';

/** A table with more rows than this is too heavy to go into a report whole. */
const MOST_ROWS = 10_000;

/** A figure that can be kept in a report: of very long tables only the rows that a full page draws, and a note that says so. */
export function forReport(spec: FigureSpec): FigureSpec {
  if (spec.data.every(({ rows }) => rows.length <= MOST_ROWS)) return spec;
  const { anchors } = sceneOf(spec, { width: 174 * POINTS_PER_MM, em: PAPER_EM, hasTitle: true });
  let all = 0;
  let kept = 0;
  const data = spec.data.map((table) => {
    const drawn = table.rows.filter((_, index) => anchors.has(rowKey(table.name, index)));
    if (table.rows.length <= MOST_ROWS || drawn.length === 0) return table;
    all += table.rows.length;
    kept += drawn.length;
    return { name: table.name, title: table.title, columns: table.columns, rows: drawn };
  });
  if (kept === all) return spec;
  const note = `${kept} of ${all} rows are kept here: those that are drawn, each extreme among them.`;
  return { ...spec, data, note: [spec.note, note].filter(Boolean).join(' ') };
}
