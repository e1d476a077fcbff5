import { useEffect } from 'react';
import { readStorageUse } from '../../worker/client';
import { useCatalogue } from '../stores/catalogue';
import { useRuns } from '../stores/runs';

/** A training writes checkpoints all the time; asking the browser costs about a millisecond. */
const PERIOD_MS = 15_000;

/** Keeps the storage meter true: asks when runs come or go, when the page is looked at again, and now and then between. */
export function useStorageUse(): void {
  const isKnown = useCatalogue((state) => state.isKnown);
  useEffect(() => {
    // The workspace's first answer would overwrite what is asked before it.
    if (!isKnown) return;
    let isCurrent = true;
    const ask = async () => {
      if (document.visibilityState === 'hidden') return;
      const use = await readStorageUse().catch(() => null);
      if (use && isCurrent) useCatalogue.getState().measured(use);
    };
    void ask();
    const leave = useRuns.subscribe(({ runs }, before) => {
      if (runs !== before.runs) void ask();
    });
    const timer = setInterval(ask, PERIOD_MS);
    document.addEventListener('visibilitychange', ask);
    return () => {
      isCurrent = false;
      leave();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [isKnown]);
}
