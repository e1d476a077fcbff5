import type { RejectedRow } from '../../worker/protocol/data';
import { formatCount } from '../format/numbers';
import { ScrollBox } from '../parts/ScrollBox';

interface BadRowsTableProps {
  readonly rows: readonly RejectedRow[];
  /** All bad rows; `rows` may hold only the first of them. */
  readonly total: number;
}

/** Where rows broke their format, and the rows themselves. Foreign text, shown as text. */
export function BadRowsTable({ rows, total }: BadRowsTableProps) {
  return (
    <div className="stack">
      <ScrollBox label="Bad rows" isLow>
        <table className="numbers-table bad-rows">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Line</th>
              <th scope="col">Column</th>
              <th scope="col" className="is-text">
                What is wrong
              </th>
              <th scope="col" className="is-text">
                Content
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.file}:${row.line}:${row.column}:${row.reason}`}>
                <th scope="row">{row.file}</th>
                <td>{formatCount(row.line)}</td>
                <td>{row.column > 0 ? formatCount(row.column) : '–'}</td>
                <td className="is-text">{row.reason}</td>
                <td className="is-text bad-content">{row.content}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {total > rows.length && (
        <p className="quiet">
          The first {formatCount(rows.length)} of {formatCount(total)}.
        </p>
      )}
    </div>
  );
}
