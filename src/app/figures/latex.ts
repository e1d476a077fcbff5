import { plainCell, shownColumns } from './cells';
import type { DataTable } from './spec';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '–': '--',
  '→': '$\\rightarrow$',
  '≥': '$\\geq$',
  '≤': '$\\leq$',
  '−': '$-$',
  '×': '$\\times$',
};

/** Text with every sign that LaTeX reads as a command escaped. */
export const latexText = (value: string): string =>
  value.replace(/[\\~^–→≥≤−×&%$#_{}]/g, (sign) => ESCAPES[sign] ?? `\\${sign}`);

/** A table for a paper; needs the booktabs package only. */
export function latexOf(table: DataTable, caption: string): string {
  const columns = shownColumns(table);
  const cell = (text: string, isNumber: boolean): string =>
    isNumber && text.startsWith('-') ? `$${text}$` : latexText(text);
  const lines = table.rows.map(
    (row) =>
      `${columns
        .map((column) => {
          const text = plainCell(row[column.key], column);
          return text === '' ? '--' : cell(text, typeof row[column.key] === 'number');
        })
        .join(' & ')} \\\\`,
  );
  return [
    '\\begin{table}',
    '\\centering',
    `\\caption{${latexText(caption)}}`,
    `\\begin{tabular}{${columns.map(({ digits }) => (digits === null ? 'l' : 'r')).join('')}}`,
    '\\toprule',
    `${columns.map(({ title }) => latexText(title)).join(' & ')} \\\\`,
    '\\midrule',
    ...lines,
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}
