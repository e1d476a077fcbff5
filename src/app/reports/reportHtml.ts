/**
 * A report as one static HTML file: no script, no address outside, figures as SVG inside, tables as tables. Everything that a
 * user or a data set wrote goes through `xmlText`; a policy in the file forbids what could still run.
 */
import { shownCell, shownColumns } from '../figures/cells';
import type { DataTable } from '../figures/spec';
import { svgOf, xmlText } from '../figures/svgText';
import { type Block, type Report, runsTable, textParts } from './report';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 190mm; margin: 12mm auto; padding: 0 5mm; color: #1e1c18; background: #fff;
  font: 15px/1.55 Inter, ui-sans-serif, system-ui, sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 8mm; }
h2 { font-size: 19px; margin: 9mm 0 3mm; }
h3 { font-size: 16px; margin: 6mm 0 2mm; }
p, ul { margin: 0 0 3mm; }
figure { margin: 6mm 0; }
figure svg { max-width: 100%; height: auto; }
figcaption, caption { color: #4f4a41; font-size: 13.5px; text-align: left; padding: 2mm 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums;
  border-top: 1.5px solid #1e1c18; border-bottom: 1.5px solid #1e1c18; }
th, td { padding: 1.2mm 2.4mm; text-align: right; vertical-align: baseline; }
th.text, td.text { text-align: left; }
thead th { border-bottom: 1px solid #1e1c18; font-weight: 600; }
summary { cursor: pointer; color: #4f4a41; font-size: 13.5px; }
footer { margin-top: 12mm; color: #686257; font-size: 12.5px; }
@media (prefers-color-scheme: dark) {
  body { color: #e9e7e2; background: #0f1419; }
  /* Figures are drawn for paper. */
  figure svg { padding: 4mm; border-radius: 1.5mm; background: #fff; box-sizing: border-box; }
  figcaption, caption, summary { color: #b3b9be; }
  table, thead th { border-color: #6d7883; }
  footer { color: #8d969e; }
}
@media print { body { color: #1e1c18; background: #fff; } details:not([open]) { display: none; } }
`;

/** Rows of a figure's table in the file; its CSV has all. */
const MOST_ROWS = 500;

export function reportHtml(report: Report): string {
  const title = xmlText(report.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${blocksHtml(report.blocks)}
</main>
<footer>Made with Tessera. This file holds no script and loads nothing.</footer>
</body>
</html>
`;
}

function blocksHtml(blocks: readonly Block[]): string {
  // A minor heading that nothing stands above is a major one: no level is left out.
  let hasHeading = false;
  const headingOf = (level: 2 | 3): 2 | 3 => {
    const own = hasHeading ? level : 2;
    hasHeading = true;
    return own;
  };
  return blocks.map((block, place) => blockHtml(block, place, headingOf)).join('\n');
}

function blockHtml(block: Block, place: number, headingOf: (level: 2 | 3) => 2 | 3): string {
  switch (block.kind) {
    case 'text':
      return textHtml(block.text, headingOf);
    case 'figure': {
      const { spec, caption } = block;
      const svg = svgOf(spec, 174, `f${place}-`).replace(/^<\?xml[^>]*\?>\s*/, '');
      const tables = spec.data
        .map(
          (table) => `<details><summary>${xmlText(table.title)} as a table</summary>${tableHtml(table, '')}</details>`,
        )
        .join('\n');
      return `<figure>\n${svg}<figcaption>${xmlText(caption || spec.summary)}</figcaption>\n${tables}\n</figure>`;
    }
    case 'table':
      return tableHtml(block.table, block.caption || block.table.title);
    case 'runs':
      return tableHtml(runsTable(block), block.caption || 'Runs');
  }
}

const textHtml = (text: string, headingOf: (level: 2 | 3) => 2 | 3): string =>
  textParts(text)
    .map((part) => {
      if (part.kind === 'heading') {
        const level = headingOf(part.level);
        return `<h${level}>${xmlText(part.text)}</h${level}>`;
      }
      if (part.kind === 'paragraph') return `<p>${xmlText(part.text)}</p>`;
      return `<ul>${part.items.map((item) => `<li>${xmlText(item)}</li>`).join('')}</ul>`;
    })
    .join('\n');

function tableHtml(table: DataTable, caption: string): string {
  const columns = shownColumns(table);
  const kind = (digits: number | null): string => (digits === null ? ' class="text"' : '');
  const rows = table.rows
    .slice(0, MOST_ROWS)
    .map(
      (row) =>
        `<tr>${columns.map((column) => `<td${kind(column.digits)}>${xmlText(shownCell(row[column.key], column))}</td>`).join('')}</tr>`,
    );
  const left = table.rows.length - rows.length;
  const note = left > 0 ? `<p>${left} more rows are in the figure’s CSV.</p>` : '';
  return `<div class="table"><table>${caption === '' ? '' : `<caption>${xmlText(caption)}</caption>`}
<thead><tr>${columns.map(({ title, digits }) => `<th scope="col"${kind(digits)}>${xmlText(title)}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>${note}`;
}
