/** A results table as CSV, LaTeX (booktabs), Markdown, JSON or aligned text: the same number texts in each. */
import { ConfigError } from '../base/errors';
import { type Cell, NOT_MEASURED, type ResultsTable } from './resultsTable';

export const TABLE_FORMATS = ['text', 'csv', 'latex', 'markdown', 'json'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** @throws ConfigError `table/format` */
export function formatTable(table: ResultsTable, format: string): string {
  switch (format) {
    case 'csv':
      return tableCsv(table);
    case 'latex':
      return tableLatex(table);
    case 'markdown':
      return tableMarkdown(table);
    case 'json':
      return JSON.stringify(table, null, 2);
    case 'text':
      return tableText(table);
    default:
      throw new ConfigError('table/format', `table: wanted one of ${TABLE_FORMATS.join(', ')}, got "${format}".`);
  }
}

/** A name as a CSV cell, with an apostrophe in front where a spreadsheet would run it as a formula. */
const quoted = (name: string): string => {
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(name) ? `'${name}` : name;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** RFC 4180, one row a system; notes as lines that begin with `#` in front. Columns: mean, deviation and adjusted p of each metric. */
export function tableCsv({ columns, rows, notes }: ResultsTable): string {
  const hasDeviation = rows.some(({ cells }) => cells.some(({ deviation }) => deviation !== null));
  const hasP = rows.some(({ cells }) => cells.some(({ adjustedP }) => adjustedP !== null));
  const head = columns.flatMap((label) => [
    label,
    ...(hasDeviation ? [`${label} std`] : []),
    ...(hasP ? [`${label} adjusted p`] : []),
  ]);
  const lines = rows.map(({ name, seeds, cells }) =>
    [
      quoted(name),
      String(seeds),
      ...cells.flatMap(({ text, deviationText, adjustedP }) => [
        text === NOT_MEASURED ? '' : text,
        ...(hasDeviation ? [deviationText ?? ''] : []),
        ...(hasP ? [adjustedP === null ? '' : adjustedP.toPrecision(3)] : []),
      ]),
    ].join(','),
  );
  return [...notes.map((note) => `# ${note}`), ['recommender', 'seeds', ...head].join(','), ...lines, ''].join('\n');
}

const LATEX_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '≥': '$\\geq$',
  '±': '$\\pm$',
  '†': '$\\dagger$',
  '–': '--',
};
const latexText = (text: string): string =>
  text.replace(/[\\~^≥±†–&%$#_{}]/g, (letter) => LATEX_ESCAPES[letter] ?? `\\${letter}`);

function latexCell({ text, deviationText, place, marker }: Cell): string {
  const dressed = place === 1 ? `\\textbf{${text}}` : place === 2 ? `\\underline{${text}}` : latexText(text);
  const deviation = deviationText === null ? '' : ` $\\pm$ ${deviationText}`;
  const raised = marker === '' ? '' : `$^{${marker === '*' ? '*' : '\\dagger'}}$`;
  return `${dressed}${raised}${deviation}`;
}

/** A booktabs tabular; the notes are comments above it. */
export function tableLatex({ columns, rows, notes }: ResultsTable): string {
  return [
    ...notes.map((note) => `% ${note}`),
    `\\begin{tabular}{l${'r'.repeat(columns.length)}}`,
    '\\toprule',
    `${['Recommender', ...columns].map(latexText).join(' & ')} \\\\`,
    '\\midrule',
    ...rows.map(({ name, cells }) => `${[latexText(name), ...cells.map(latexCell)].join(' & ')} \\\\`),
    '\\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

function markdownCell({ text, deviationText, place, marker }: Cell): string {
  const dressed = place === 1 ? `**${text}**` : place === 2 ? `<u>${text}</u>` : text;
  const deviation = deviationText === null ? '' : ` ± ${deviationText}`;
  return `${dressed}${marker === '*' ? '\\*' : marker}${deviation}`;
}

export function tableMarkdown({ columns, rows, notes }: ResultsTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const name = (text: string): string => text.replaceAll('|', '\\|');
  return [
    line(['Recommender', ...columns]),
    line(['---', ...columns.map(() => '---:')]),
    ...rows.map((row) => line([name(row.name), ...row.cells.map(markdownCell)])),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

/** Columns aligned for a terminal; `[ ]` around the best, `_ _` around the second. */
export function tableText({ columns, rows, notes }: ResultsTable): string {
  const dress = ({ text, deviationText, place, marker }: Cell): string => {
    const marked = place === 1 ? `[${text}]` : place === 2 ? `_${text}_` : ` ${text} `;
    return `${marked}${marker}${deviationText === null ? '' : `±${deviationText}`}`;
  };
  const body = rows.map(({ name, cells }) => [name, ...cells.map(dress)]);
  const all = [['recommender', ...columns.map((label) => ` ${label}`)], ...body];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...notes].join('\n');
}
