import { useState } from 'react';
import { shownCell, shownColumns } from './cells';
import type { DataTable } from './spec';

/** Rows on one page of the table: more would weigh the page down. */
const PAGE_ROWS = 200;

/** The figure's numbers, at the precision of the exports. */
export function FigureTable({ table }: { readonly table: DataTable }) {
  const [wanted, setPage] = useState(0);
  const columns = shownColumns(table);
  const pages = Math.max(1, Math.ceil(table.rows.length / PAGE_ROWS));
  const page = Math.min(wanted, pages - 1);
  const first = page * PAGE_ROWS;
  const rows = table.rows.slice(first, first + PAGE_ROWS);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="figure-table" aria-label={table.title} tabIndex={0}>
        <table className="numbers-table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={column.digits === null ? 'is-text' : undefined}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the table
              <tr key={first + index}>
                {columns.map((column) => (
                  <td key={column.key} className={column.digits === null ? 'is-text' : undefined}>
                    {shownCell(row[column.key], column)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {pages > 1 && (
        <nav className="table-pages" aria-label={`Pages of ${table.title}`}>
          <button type="button" className="button is-small" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span>
            rows {first + 1}–{Math.min(first + PAGE_ROWS, table.rows.length)} of {table.rows.length}
          </span>
          <button
            type="button"
            className="button is-small"
            disabled={page === pages - 1}
            onClick={() => setPage(page + 1)}
          >
            Next
          </button>
        </nav>
      )}
    </>
  );
}
