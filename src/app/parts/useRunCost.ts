import { useEffect, useState } from 'react';
import type { RunCost } from '../../worker/protocol';
import { useSession } from '../sessionContext';
import { useDraft } from '../stores/draft';
import { useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';

/** A number that is being typed changes the draft with every key. */
const WAIT_MS = 300;

/** What the draft will take on the open data; null while it is not known. */
export function useRunCost(): RunCost | null {
  const { ask } = useSession();
  const config = useDraft((draft) => draft.config);
  const hasProblems = useDraft((draft) => Object.keys(draft.problems).length > 0);
  const isReady = useWorkspace(({ adapter, data }) => adapter !== null && data !== null) && !hasProblems;
  // Another run may have been measured.
  const runs = useRuns((state) => state.runs);
  const [answer, setAnswer] = useState<{ readonly of: object; readonly cost: RunCost | null } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when runs change
  useEffect(() => {
    if (!isReady) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      ask({ kind: 'estimateRun', config }).then(
        (cost) => isWanted && setAnswer({ of: config, cost }),
        // What cannot be trained is refused by name at the start; there is nothing to estimate.
        () => isWanted && setAnswer({ of: config, cost: null }),
      );
    }, WAIT_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [ask, config, isReady, runs]);
  return isReady && answer?.of === config ? answer.cost : null;
}
