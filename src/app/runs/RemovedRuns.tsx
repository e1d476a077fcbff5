import { Undo2 } from 'lucide-react';
import { useSession } from '../sessionContext';
import { useRuns } from '../stores/runs';

/** Runs deleted in the last seconds, each with its way back. */
export function RemovedRuns() {
  const session = useSession();
  const removed = useRuns((state) => state.removed);
  return (
    <div role="status">
      {removed.map(({ id, name }) => (
        <p key={id} className="run-removed">
          {name} is deleted.
          <button type="button" className="button is-small" onClick={() => void session.runs.putBack(id)}>
            <Undo2 size={13} aria-hidden /> Undo
          </button>
        </p>
      ))}
    </div>
  );
}
