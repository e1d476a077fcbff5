import { useEffect } from 'react';
import { UNDO_MS } from '../../worker/protocol/data';
import { formatSize } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { ScrollBox } from '../parts/ScrollBox';
import { UndoLine } from '../parts/UndoLine';
import { statusWords } from '../runs/runWords';
import { useSession } from '../sessionContext';
import { useRuns } from '../stores/runs';

/** What each run takes, and its way out. A deletion can be undone for ten seconds. */
export function RunsPanel() {
  const session = useSession();
  const runs = useRuns((state) => state.runs).filter(({ isFetched }) => isFetched);
  const removed = useRuns((state) => state.removed);
  useEffect(() => {
    void session.runs.refresh();
  }, [session]);
  const total = runs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <Panel title="Runs" note={runs.length === 0 ? undefined : `${formatSize(total)} in checkpoints`}>
      <div className="stack">
        {runs.length === 0 ? (
          <p className="quiet">
            No run is stored in this browser. Each training becomes one, and so does a file that you open.
          </p>
        ) : (
          <ScrollBox label="Sizes of the runs">
            <table className="numbers-table">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">System</th>
                  <th scope="col">Data</th>
                  <th scope="col">State</th>
                  <th scope="col">Checkpoints</th>
                  <th scope="col">
                    <span className="visually-hidden">Delete</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {runs.map(({ id, name, system, data, status, source, sizeBytes }) => (
                  <tr key={id}>
                    <th scope="row">{name}</th>
                    <td>{system}</td>
                    <td>{data.name}</td>
                    <td>{statusWords({ status, source })}</td>
                    <td>{formatSize(sizeBytes)}</td>
                    <td>
                      <button
                        type="button"
                        className="button is-small"
                        disabled={status === 'running'}
                        aria-label={`Delete the run ${name} and free its bytes`}
                        onClick={() => void session.runs.remove(id)}
                      >
                        Delete
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
        )}
        {removed.map(({ id, name }) => (
          <UndoLine key={id} name={name} seconds={UNDO_MS / 1000} onUndo={() => void session.runs.putBack(id)} />
        ))}
      </div>
    </Panel>
  );
}
