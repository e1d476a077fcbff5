import { useEffect, useState } from 'react';
import type { OverlapMatrix } from '../../worker/protocol/data';
import { formatCount, formatShare } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { ScrollBox } from '../parts/ScrollBox';
import { ViewToggle } from '../parts/ViewToggle';
import { useCatalogue } from '../stores/catalogue';
import { useDataSession } from './dataSessionContext';
import { useNewest } from './useNewest';

/** Users or items that domains share. */
export function OverlapPanel() {
  const session = useDataSession();
  const hashes = useCatalogue((state) => state.domains.map(({ id, hash, name }) => `${id}${hash}${name}`).join());
  const { value: matrix, error, take } = useNewest<OverlapMatrix>();
  const [what, setWhat] = useState<'users' | 'items'>('users');
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when a domain changes
  useEffect(() => {
    void take(session.ask({ kind: 'overlap' }));
  }, [session, hashes, take]);
  return (
    <Panel
      title="Overlap"
      note={`${what} that two domains share, and their share of the row’s domain`}
      actions={
        <ViewToggle
          label="Overlap of"
          chosen={what}
          choices={[
            { value: 'users', label: 'Users' },
            { value: 'items', label: 'Items' },
          ]}
          onChoose={setWhat}
        />
      }
    >
      {error && <ErrorNote title="The overlap could not be counted" error={error} />}
      {matrix ? (
        <div className="stack">
          <OverlapTable matrix={matrix} what={what} />
          <p className="quiet">Compared by id. Data sets that number their {what} from 1 on seem to share them.</p>
        </div>
      ) : (
        !error && <p className="quiet">Counting shared ids …</p>
      )}
    </Panel>
  );
}

export function OverlapTable({ matrix, what }: { readonly matrix: OverlapMatrix; readonly what: 'users' | 'items' }) {
  const counts = matrix[what];
  return (
    <ScrollBox label={`Overlap of ${what}`}>
      <table className="numbers-table overlap-table">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Domain</span>
            </th>
            {matrix.domains.map(({ id, name }) => (
              <th key={id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.domains.map((row, i) => {
            const own = counts[i]?.[i] ?? 0;
            return (
              <tr key={row.id}>
                <th scope="row">{row.name}</th>
                {matrix.domains.map((column, j) => {
                  const shared = counts[i]?.[j] ?? 0;
                  const share = shared / Math.max(1, own);
                  return i === j ? (
                    <td key={column.id} className="is-own">
                      {formatCount(own)}
                    </td>
                  ) : (
                    <td key={column.id}>
                      <span className="overlap-fill" style={{ opacity: share }} aria-hidden="true" />
                      <span className="overlap-number">
                        {formatCount(shared)} <span className="overlap-share">{formatShare(share)}</span>
                      </span>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollBox>
  );
}
