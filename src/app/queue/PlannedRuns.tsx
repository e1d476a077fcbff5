import { useEffect, useState } from 'react';
import type { ErrorReport, QueuedRun, RunCheck } from '../../worker/protocol';
import { formatCount, formatDuration } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { reportOf } from '../reportOf';
import { useSession } from '../sessionContext';
import { useToasts } from '../stores/toasts';

/** Rows of the list that are shown; the others are counted. */
const MOST_ROWS = 40;

interface PlannedRunsProps {
  readonly runs: readonly QueuedRun[];
  /** What they are together, for the queue. */
  readonly title: string;
  /** Why nothing can be queued yet. */
  readonly problem: string | null;
  readonly onDone: () => void;
}

/** The runs that a press will queue, checked by the worker as a start would check them; all of them are queued or none. */
export function PlannedRuns({ runs, title, problem, onDone }: PlannedRunsProps) {
  const { queue } = useSession();
  const checks = useChecks(problem === null ? runs : NONE);
  const [refusal, setRefusal] = useState<ErrorReport | null>(null);
  const wrong = checks?.filter(({ error }) => error !== null).length ?? 0;
  const add = async (): Promise<void> => {
    try {
      await queue.add(runs, title);
      useToasts.getState().say(`${formatCount(runs.length)} runs are in the queue.`);
      onDone();
    } catch (error) {
      setRefusal(reportOf(error));
    }
  };
  const isReady = problem === null && runs.length > 0 && checks?.length === runs.length && wrong === 0;
  return (
    <section className="planned" aria-label="Runs that will be queued">
      <p className="planned-count" role="status">
        {problem ?? `${countWords(runs.length, wrong)} ${timeWords(checks)}`}
      </p>
      {problem === null && (
        <ol className="planned-list">
          {runs.slice(0, MOST_ROWS).map((run, at) => (
            <PlannedRow key={run.name} run={run} check={checks?.[at] ?? null} />
          ))}
          {runs.length > MOST_ROWS && <li className="quiet">and {formatCount(runs.length - MOST_ROWS)} more</li>}
        </ol>
      )}
      {refusal && <ErrorNote title="Nothing was queued" error={refusal} />}
      <div className="button-row is-left">
        <button type="button" className="button is-primary" disabled={!isReady} onClick={() => void add()}>
          Queue {formatCount(problem === null ? runs.length : 0)} {runs.length === 1 ? 'run' : 'runs'}
        </button>
        <button type="button" className="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </section>
  );
}

const NONE: readonly QueuedRun[] = [];

const countWords = (count: number, wrong: number): string =>
  wrong === 0
    ? count === 1
      ? '1 run.'
      : `${formatCount(count)} runs, one after another.`
    : `${formatCount(wrong)} of ${formatCount(count)} runs cannot be trained: nothing is queued until they are changed or left out.`;

/** Runs that were trained already take no time to speak of. */
function timeWords(checks: readonly RunCheck[] | null): string {
  if (!checks) return '';
  const left = checks.filter(({ error, finished }) => error === null && finished === null);
  const known = left.flatMap(({ seconds }) => (seconds === null ? [] : [seconds]));
  if (left.length === 0) return '';
  if (known.length === 0)
    return `How long ${left.length === 1 ? 'it trains' : 'they train'} is unknown until the first steps.`;
  const words = `About ${formatDuration(known.reduce((sum, seconds) => sum + seconds, 0))} of training`;
  const others = left.length - known.length;
  return others === 0
    ? `${words}; ${left.length === 1 ? 'the test comes' : 'tests come'} on top.`
    : `${words} for ${known.length} of them, unknown for the others.`;
}

function PlannedRow({ run, check }: { readonly run: QueuedRun; readonly check: RunCheck | null }) {
  return (
    <li>
      <span>{run.name}</span>
      {check?.error && <small className="queue-error">{check.error.message}</small>}
      {check && check.finished !== null && (
        <small className="quiet">trained already as {check.finished}: only its test is repeated</small>
      )}
    </li>
  );
}

/** The worker's answer for these runs; null until it comes. */
function useChecks(runs: readonly QueuedRun[]): readonly RunCheck[] | null {
  const { queue } = useSession();
  const [answer, setAnswer] = useState<{ readonly of: string; readonly checks: readonly RunCheck[] } | null>(null);
  const key = JSON.stringify(runs);
  useEffect(() => {
    let isWanted = true;
    const asked: readonly QueuedRun[] = JSON.parse(key);
    if (asked.length === 0) return;
    queue.check(asked).then(
      (checks) => isWanted && setAnswer({ of: key, checks }),
      (error: unknown) =>
        isWanted &&
        setAnswer({ of: key, checks: asked.map(() => ({ error: reportOf(error), finished: null, seconds: null })) }),
    );
    return () => {
      isWanted = false;
    };
  }, [key, queue]);
  return answer?.of === key ? answer.checks : null;
}
