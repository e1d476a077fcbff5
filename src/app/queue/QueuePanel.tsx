import { Pause, Play } from 'lucide-react';
import { formatCount } from '../format/numbers';
import { Panel } from '../parts/Panel';
import { useSession } from '../sessionContext';
import { finishedBatches, isOver, isWaiting, useQueue } from '../stores/queue';
import { useSelection } from '../stores/selection';
import { QueueRow } from './QueueRow';
import '../styles/queue.css';

/** Runs that wait, the one that trains, and what became of those before; nothing where the queue was never used. */
export function QueuePanel() {
  const session = useSession();
  const entries = useQueue((queue) => queue.entries);
  const isHeld = useQueue((queue) => queue.isHeld);
  const heldBecause = useQueue((queue) => queue.heldBecause);
  if (entries.length === 0) return null;
  const waiting = entries.filter(isWaiting);
  const over = entries.filter(isOver);
  const isTraining = entries.some(({ state }) => state === 'running');
  return (
    <Panel
      title="Queue"
      note={noteOf(waiting.length, over.length)}
      actions={
        <>
          {over.length > 0 && (
            <button
              type="button"
              className="button is-small"
              onClick={() =>
                void session.queue.remove(
                  over.map(({ id }) => id),
                  over.length === 1 ? 'One finished entry is' : `${formatCount(over.length)} finished entries are`,
                )
              }
            >
              Clear finished
            </button>
          )}
          {isHeld ? (
            <button type="button" className="button is-small is-primary" onClick={() => void session.queue.release()}>
              <Play size={13} aria-hidden /> Go on with the queue
            </button>
          ) : (
            waiting.length > 0 && (
              <button type="button" className="button is-small" onClick={() => void session.queue.hold()}>
                <Pause size={13} aria-hidden /> Hold the queue
              </button>
            )
          )}
        </>
      }
    >
      {isHeld && (
        <p className="queue-held" role="status">
          The queue is held{heldBecause === null ? '' : `: ${heldBecause}`}.{' '}
          {isTraining ? 'What trains goes on; nothing else begins.' : 'Nothing begins until it goes on.'}
        </p>
      )}
      <Batches />
      <ol className="queue-list" aria-label="Queued runs">
        {entries.map((entry) => (
          <QueueRow key={entry.id} entry={entry} place={waiting.indexOf(entry)} waitingCount={waiting.length} />
        ))}
      </ol>
    </Panel>
  );
}

const noteOf = (waiting: number, over: number): string =>
  [waiting > 0 && `${formatCount(waiting)} waiting`, over > 0 && `${formatCount(over)} had their turn`]
    .filter(Boolean)
    .join(', ');

/** Sweeps and ablations that are over, each with the way to its comparison. */
function Batches() {
  const entries = useQueue((queue) => queue.entries);
  const pick = useSelection((selection) => selection.pick);
  return finishedBatches({ entries }).map(({ id, title, runs }) => (
    <p key={id} className="queue-batch">
      <span>{title} is over.</span>
      <button type="button" className="button is-small is-primary" onClick={() => pick({ runs })}>
        Compare these {formatCount(runs.length)} runs
      </button>
    </p>
  ));
}
