import { HardDrive } from 'lucide-react';
import { useEffect, useState } from 'react';
import { askPersistence, type Persistence, readPersistence } from '../../worker/client';
import { type DomainInfo, UNDO_MS } from '../../worker/protocol/data';
import { formatShare, formatSize } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { ScrollBox } from '../parts/ScrollBox';
import { UndoLine } from '../parts/UndoLine';
import { useCatalogue } from '../stores/catalogue';
import { useDataSession } from './dataSessionContext';

/** What is stored, how much room there is, and what can go. */
export function StoragePanel() {
  const { storage, domains, removed } = useCatalogue();
  const session = useDataSession();
  const share = storage.quotaBytes > 0 ? storage.usedBytes / storage.quotaBytes : 0;
  return (
    <Panel
      title="Storage"
      note={
        storage.quotaBytes > 0
          ? `${formatSize(storage.usedBytes)} of ${formatSize(storage.quotaBytes)} in use, runs and checkpoints included`
          : `${formatSize(storage.usedBytes)} in use`
      }
      actions={<KeepButton />}
    >
      <div className="stack">
        <div className="progress" role="img" aria-label={`${formatShare(share)} of the storage is in use`}>
          <div className="progress-fill" style={{ transform: `scaleX(${Math.min(1, share)})` }} />
        </div>
        {domains.length > 0 && <Sizes domains={domains} />}
        {removed.map(({ id, name }) => (
          <UndoLine key={id} name={name} seconds={UNDO_MS / 1000} onUndo={() => void session.putBack(id)} />
        ))}
      </div>
    </Panel>
  );
}

function Sizes({ domains }: { readonly domains: readonly DomainInfo[] }) {
  const session = useDataSession();
  return (
    <ScrollBox label="Sizes of the domains">
      <table className="numbers-table">
        <thead>
          <tr>
            <th scope="col">Domain</th>
            <th scope="col">Tables</th>
            <th scope="col">Pictures</th>
            <th scope="col">Vectors</th>
            <th scope="col">In all</th>
            <th scope="col">
              <span className="visually-hidden">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {domains.map((domain) => {
            const { columnBytes, imageBytes, vectorBytes } = domain.sizes;
            return (
              <tr key={domain.id}>
                <th scope="row">{domain.name}</th>
                <td>{formatSize(columnBytes)}</td>
                <td>{formatSize(imageBytes)}</td>
                <td>{formatSize(vectorBytes)}</td>
                <td>{formatSize(columnBytes + imageBytes + vectorBytes)}</td>
                <td>
                  <button
                    type="button"
                    className="button is-small"
                    aria-label={`Delete ${domain.name} and free its bytes`}
                    onClick={() => void session.remove(domain)}
                  >
                    Delete
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** Asks the browser not to clear this page's storage when space runs short. */
function KeepButton() {
  const [persistence, setPersistence] = useState<Persistence>('unknown');
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    void readPersistence().then(setPersistence);
  }, []);
  if (persistence === 'kept') return <span className="badge is-good">kept until you delete it</span>;
  const ask = async (): Promise<void> => {
    const answer = await askPersistence();
    setPersistence(answer);
    setRefused(answer !== 'kept');
  };
  return (
    <>
      {isRefused && (
        <span className="panel-note" role="status">
          The browser says no: it may clear this when space runs short. Export what matters.
        </span>
      )}
      <button
        type="button"
        className="button is-small"
        title="Otherwise the browser may clear it when space runs short; Safari after seven days without a visit."
        onClick={() => void ask()}
      >
        <HardDrive size={13} aria-hidden /> Ask the browser to keep it
      </button>
    </>
  );
}
