/**
 * Comma-separated text (RFC 4180) that is safe to open in a spreadsheet: a text cell that would be taken for a formula
 * gets a leading apostrophe. Numbers are written as JavaScript prints them, so they read back bit for bit.
 */

/** First letters that spreadsheets take for a formula, with their full-width twins. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

export type CsvCell = string | number | null;

/** @param rows all of the header's length; null is an empty cell */
export function writeCsv(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(',')}\n`).join('');
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return text !== cell || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
