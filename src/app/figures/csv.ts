import { plainCell, shownColumns } from './cells';
import type { DataTable } from './spec';

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A text cell: quoted, and with an apostrophe in front where a spreadsheet would run it as a formula. */
export const csvText = (value: string): string =>
  `"${(FORMULA.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;

/** A table as comma-separated text (RFC 4180). Numbers stay numbers, negative ones too; missing values are empty. */
export function csvOf(table: DataTable): string {
  const columns = shownColumns(table);
  const head = columns.map(({ title }) => csvText(title)).join(',');
  const lines = table.rows.map((row) =>
    columns
      .map((column) => {
        const value = row[column.key];
        return typeof value === 'string' ? csvText(value) : plainCell(value, column);
      })
      .join(','),
  );
  return `${[head, ...lines].join('\r\n')}\r\n`;
}
