import type { DataTable, Row } from './spec';

/** A table whose rows are made when they are first read: for many rows that only an export or the table view needs. */
export function lazyTable(table: Omit<DataTable, 'rows'>, makeRows: () => readonly Row[]): DataTable {
  let made: readonly Row[] | null = null;
  return {
    ...table,
    get rows() {
      made ??= makeRows();
      return made;
    },
  };
}
