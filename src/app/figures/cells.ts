/** Texts of table cells: one rounding for page, CSV, LaTeX and announcements. */
import type { Cell, Column, DataTable, Row } from './spec';

export const shownColumns = (table: DataTable): readonly Column[] => table.columns.filter(({ isHidden }) => !isHidden);

/** A number without grouping and independent of the locale; null and non-finite numbers are empty. */
export function plainNumber(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

export function plainCell(value: Cell | undefined, column: Column): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return plainNumber(value, column.digits ?? 0);
}

const group = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** As on the page: whole numbers grouped, a dash for what is missing. */
export function shownCell(value: Cell | undefined, column: Column): string {
  const text = plainCell(value, column);
  if (text === '') return '–';
  return typeof value === 'number' && column.digits === 0 ? group.format(Number(text)) : text;
}

/** "Stage 2, Tokenizer epoch 40, Probability 0.2134" */
export const sentenceOf = (table: DataTable, row: Row): string =>
  shownColumns(table)
    .map((column) => `${column.title} ${shownCell(row[column.key], column)}`)
    .join(', ');
