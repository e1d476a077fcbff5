import type { CodebookReport } from '../../worker/protocol';
import { formatCount, formatShare } from '../format/numbers';

/** The wall's numbers, one row a group and level. */
export function CodebookTable({ report }: { readonly report: CodebookReport }) {
  return (
    <table className="numbers-table">
      <thead>
        <tr>
          <th scope="col">Group</th>
          <th scope="col">Items</th>
          <th scope="col">Collision rate</th>
          <th scope="col">Level</th>
          <th scope="col">Used</th>
          <th scope="col">Perplexity</th>
          <th scope="col">Dead codes</th>
          <th scope="col">Largest code</th>
        </tr>
      </thead>
      <tbody>
        {report.groups.flatMap((group) =>
          group.levels.map((level, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place
            <tr key={`${group.name}-${index + 1}`} className={index === 0 ? 'is-first' : undefined}>
              <th scope="row">{group.name}</th>
              <td>{formatCount(group.items)}</td>
              <td>{formatShare(group.collisionRate)}</td>
              <td>{index + 1}</td>
              <td>{formatShare(level.usedShare)}</td>
              <td>{level.perplexity.toFixed(1)}</td>
              <td>{formatCount(level.dead)}</td>
              <td>{formatCount(Math.max(0, ...level.counts))} items</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}
