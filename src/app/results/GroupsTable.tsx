import type { GroupTable } from '../../worker/protocol';
import { formatCount, formatMetric } from '../format/numbers';

/** Recall@10 by how often users' targets occur in training: where a recommender gains, and what it does with cold items. */
export function GroupsTable({ groups: { groups, rows } }: { readonly groups: GroupTable }) {
  const most = Math.max(1e-9, ...rows.flatMap(({ recall10 }) => recall10));
  return (
    <section className="results-groups" aria-labelledby="results-groups">
      <h3 id="results-groups">Recall@10 by popularity of the target</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it sideways */}
      <section className="table-scroll" aria-label="Groups of users" tabIndex={0}>
        <table className="numbers-table groups-table">
          <thead>
            <tr>
              <th scope="col">Interactions in training</th>
              {groups.map(({ name, users }) => (
                <th key={name} scope="col">
                  {name === 'cold' ? 'cold (0)' : name}
                  <small> {formatCount(users)} users</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, recall10 }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {recall10.map((value, at) => (
                  <td key={groups[at]?.name}>
                    <span className="metric-bar" style={{ transform: `scaleX(${value / most})` }} aria-hidden="true" />
                    <span className="metric-value">{groups[at]?.users === 0 ? '–' : formatMetric(value)}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
