import { ArrowDown, ArrowUp, RotateCw, SkipForward, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { QueueEntry, RunInfo } from '../../worker/protocol';
import { METHODS, methodOf } from '../config/presets';
import { earlyWords } from '../runs/runWords';
import { useSession } from '../sessionContext';
import { useElsewhere } from '../stores/elsewhere';
import { percentOf, useJobs } from '../stores/jobs';
import { useRuns } from '../stores/runs';
import { medianWords } from './medianRule';

const WORDS: Readonly<Record<QueueEntry['state'], string>> = {
  waiting: 'waits',
  running: 'training',
  done: 'trained',
  failed: 'failed',
  stopped: 'stopped',
};
const TONES: Readonly<Partial<Record<QueueEntry['state'], string>>> = {
  running: 'is-good',
  failed: 'is-warn',
  stopped: 'is-warn',
};

interface QueueRowProps {
  readonly entry: QueueEntry;
  /** Among those that wait, from 0; −1 for others. */
  readonly place: number;
  readonly waitingCount: number;
}

/** One entry: what it is, how it stands, and what can be done to it. */
export function QueueRow({ entry, place, waitingCount }: QueueRowProps) {
  const { queue } = useSession();
  const run = useRuns(({ runs }) => runs.find(({ id }) => id === entry.runId));
  const { id, name, state, error, batch, data, rules } = entry;
  const isBehind = entry.ending?.kind === 'median';
  const facts = [
    METHODS[methodOf(entry.config)],
    data.name,
    ...(batch ? [batch.title] : []),
    ...(rules.minutes === null ? [] : [`at most ${rules.minutes} min`]),
    ...(rules.median ? [medianWords(rules.median)] : []),
  ];
  return (
    <li className={`queue-row is-${state}`}>
      <span className="queue-state">
        <span className={`badge ${TONES[state] ?? ''}`}>{isBehind ? 'behind' : WORDS[state]}</span>
      </span>
      <span className="queue-what">
        <strong>{name}</strong>
        <small>
          {facts.join(' · ')}
          {state === 'running' && <RunningShare />}
        </small>
        {error && <small className="queue-error">{error.message}</small>}
        {state === 'done' && <Ending of={entry.ending ?? run?.ending} />}
      </span>
      <span className="queue-actions">
        {state === 'waiting' && (
          <>
            <Action label={`Move ${name} up`} isOff={place <= 0} onPress={() => void queue.move(id, place - 1)}>
              <ArrowUp size={14} aria-hidden />
            </Action>
            <Action
              label={`Move ${name} down`}
              isOff={place >= waitingCount - 1}
              onPress={() => void queue.move(id, place + 1)}
            >
              <ArrowDown size={14} aria-hidden />
            </Action>
          </>
        )}
        {state === 'running' ? (
          <Action label={`Stop ${name} and go on with the next`} onPress={() => void queue.skip()}>
            <SkipForward size={14} aria-hidden />
          </Action>
        ) : (
          <>
            {(state === 'failed' || state === 'stopped' || isBehind) && (
              <Action
                label={isBehind ? `Train ${name} to its end` : `Try ${name} again`}
                onPress={() => void queue.retry(id)}
              >
                <RotateCw size={14} aria-hidden />
              </Action>
            )}
            <Action label={`Take ${name} out`} onPress={() => void queue.remove([id], `“${name}” is`)}>
              <X size={14} aria-hidden />
            </Action>
          </>
        )}
      </span>
    </li>
  );
}

/** Why the run ended before its last epoch, where it did. */
function Ending({ of: ending }: { readonly of: RunInfo['ending'] | undefined }) {
  return ending && earlyWords(ending) !== null ? <small>{ending.message}</small> : null;
}

function RunningShare() {
  const own = useJobs(({ progress }) => percentOf(progress));
  const other = useElsewhere(({ job }) => percentOf(job?.progress ?? null));
  const share = own ?? other;
  return share === null ? null : ` · ${share}%`;
}

interface ActionProps {
  readonly label: string;
  readonly isOff?: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

const Action = ({ label, isOff = false, onPress, children }: ActionProps) => (
  <button type="button" className="icon-button" aria-label={label} title={label} disabled={isOff} onClick={onPress}>
    {children}
  </button>
);
