/** All tables of a report as one LaTeX file to be input into a paper; needs booktabs only. */
import { latexOf, latexText } from '../figures/latex';
import { type Report, tablesOf } from './report';

export function reportTex(report: Report): string {
  const tables = tablesOf(report).map(({ table, caption }) => latexOf(table, caption));
  // A comment ends with its line: no sign of the title may begin another.
  const title = latexText(report.title).replace(/[\r\n]+/g, ' ');
  return [`% ${title}`, '% \\usepackage{booktabs}', '', ...tables].join('\n');
}
