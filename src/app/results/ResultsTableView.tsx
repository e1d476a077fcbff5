import type { Cell, ResultsTable } from '../../evaluate/resultsTable';
import { formatP } from '../format/numbers';

/** A results table as HTML: the same number texts as in its CSV and LaTeX. */
export function ResultsTableView({ table }: { readonly table: ResultsTable }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it sideways
    <section className="table-scroll" aria-label="Results table" tabIndex={0}>
      <table className="numbers-table results-table">
        <thead>
          <tr>
            <th scope="col">Recommender</th>
            {table.columns.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(({ name, seeds, cells }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                {seeds > 1 && <small> {seeds} seeds</small>}
              </th>
              {cells.map((cell, at) => (
                <ValueCell key={table.columns[at]} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const PLACES = { 1: 'best', 2: 'second' } as const;

function ValueCell({ cell: { text, deviationText, place, marker, adjustedP } }: { readonly cell: Cell }) {
  const p = adjustedP === null ? undefined : `Holm-adjusted p ${formatP(adjustedP)}`;
  return (
    <td title={p}>
      <span className={place === null ? undefined : `is-place-${place}`}>{text}</span>
      {place !== null && <span className="visually-hidden"> ({PLACES[place]})</span>}
      {marker !== '' && <sup>{marker}</sup>}
      {deviationText !== null && <small> ± {deviationText}</small>}
    </td>
  );
}
