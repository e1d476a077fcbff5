import type { ColumnMapping, ColumnRole, MappingAsk } from '../../worker/protocol/data';
import { formatShare } from '../format/numbers';
import { COLUMN_ROLES, mappingProblem, ROLE_LABELS, roleOf, withRole } from './columnRoles';

interface ColumnMapperProps {
  readonly ask: MappingAsk;
  readonly mapping: ColumnMapping;
  readonly onChange: (mapping: ColumnMapping) => void;
}

/** One row a column: what is in it, and what it is to be used as. */
export function ColumnMapper({ ask, mapping, onChange }: ColumnMapperProps) {
  const problem = mappingProblem(mapping);
  const { columns, sampledRows } = ask.sketch;
  return (
    <div className="stack">
      <p className="quiet">
        {ask.isRemembered
          ? 'You have read a file with these columns before; the choices are the same as then.'
          : `A guess from the names and the first ${sampledRows} rows of ${ask.file}. Change what is wrong.`}
      </p>
      <div className="table-scroll">
        <table className="numbers-table column-mapper">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col" className="is-text">
                Used as
              </th>
              <th scope="col" className="is-text">
                Looks like
              </th>
              <th scope="col">Filled</th>
              <th scope="col" className="is-text">
                First values
              </th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <th scope="row">{column.name}</th>
                <td className="is-text">
                  <select
                    aria-label={`Column ${column.name} is used as`}
                    value={roleOf(mapping, column.name) ?? ''}
                    onChange={(event) => onChange(withRole(mapping, column.name, asRole(event.target.value)))}
                  >
                    <option value="">not used</option>
                    {COLUMN_ROLES.map((role) => (
                      <option key={role} value={role}>
                        {ROLE_LABELS[role]}
                      </option>
                    ))}
                  </select>
                </td>
                <td className="is-text">{column.kind}</td>
                <td>{formatShare(column.filled)}</td>
                <td className="is-text column-samples">{column.samples.join(' · ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {problem !== null && (
        <p className="field-problem is-left" role="status">
          {problem}
        </p>
      )}
    </div>
  );
}

const asRole = (value: string): ColumnRole | null => COLUMN_ROLES.find((role) => role === value) ?? null;
