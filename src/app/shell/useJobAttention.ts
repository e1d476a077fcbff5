import { useEffect, useRef } from 'react';
import { useAttention } from '../stores/attention';
import { runningRun, useJobs } from '../stores/jobs';

/** Holds the screen awake while a job runs, and says so outside the page when one ends; both only where asked for. */
export function useJobAttention(): void {
  const run = useJobs(runningRun);
  const keepsAwake = useAttention((attention) => attention.keepsAwake);
  useEffect(() => (run !== null && keepsAwake ? holdAwake() : undefined), [run, keepsAwake]);
  const before = useRef(run);
  useEffect(() => {
    const ended = before.current;
    before.current = run;
    if (ended !== null && run === null) tell(ended);
  }, [run]);
}

/** The browser lets go of the screen whenever the page is hidden: it is asked again when it is shown. */
function holdAwake(): () => void {
  const { wakeLock } = navigator;
  if (!wakeLock) return () => {};
  let isOver = false;
  let held: WakeLockSentinel | null = null;
  const ask = async (): Promise<void> => {
    if (isOver || document.hidden || (held && !held.released)) return;
    try {
      held = await wakeLock.request('screen');
      if (isOver) await held.release();
    } catch (error) {
      // Low battery, or a policy: training goes on all the same.
      console.warn('wake lock: the browser refused to keep the screen on', error);
    }
  };
  const onShown = (): void => void ask();
  void ask();
  document.addEventListener('visibilitychange', onShown);
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', onShown);
    void held?.release();
  };
}

const ENDS = { done: 'is trained', stopped: 'was stopped', failed: 'has failed' } as const;

function tell(run: 'tokenizer' | 'recommender'): void {
  const { state } = useJobs.getState()[run];
  const isWanted = useAttention.getState().tellsWhenDone && document.hidden;
  if (!isWanted || !('Notification' in globalThis) || Notification.permission !== 'granted') return;
  if (state !== 'done' && state !== 'stopped' && state !== 'failed') return;
  const note = new Notification(`The ${run} ${ENDS[state]}`, { tag: 'tessera-job', body: 'Tessera' });
  note.onclick = () => {
    globalThis.focus();
    note.close();
  };
}
