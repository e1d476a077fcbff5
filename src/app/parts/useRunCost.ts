import { useEffect, useState } from 'react';
import type { RunCost, SystemConfig } from '../../worker/protocol';
import type { Session } from '../session';
import { useSession } from '../sessionContext';
import { useDraft } from '../stores/draft';
import { useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';

/** A number that is being typed changes the draft with every key. */
const WAIT_MS = 300;

/** Buttons and notes of one page want the same answer: it is asked for once. */
let asked: { readonly about: readonly unknown[]; readonly cost: Promise<RunCost | null> } | null = null;

function costOf(ask: Session['ask'], config: SystemConfig, about: readonly unknown[]): Promise<RunCost | null> {
  if (asked && about.every((each, at) => asked?.about[at] === each)) return asked.cost;
  // What cannot be trained is refused by name at the start; there is nothing to estimate.
  const cost = ask({ kind: 'estimateRun', config }).catch(() => null);
  asked = { about, cost };
  return cost;
}

/** What the draft will take on the open data; null while it is not known. */
export function useRunCost(): RunCost | null {
  const { ask } = useSession();
  const config = useDraft((draft) => draft.config);
  const hasProblems = useDraft((draft) => Object.keys(draft.problems).length > 0);
  const data = useWorkspace((state) => state.data);
  const isReady = useWorkspace(({ adapter }) => adapter !== null) && data !== null && !hasProblems;
  // Another run may have been measured.
  const runs = useRuns((state) => state.runs);
  const [answer, setAnswer] = useState<{ readonly of: object; readonly cost: RunCost | null } | null>(null);
  useEffect(() => {
    if (!isReady) return;
    let isWanted = true;
    const timer = setTimeout(async () => {
      const cost = await costOf(ask, config, [ask, config, data, runs]);
      if (isWanted) setAnswer({ of: config, cost });
    }, WAIT_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [ask, config, data, isReady, runs]);
  return isReady && answer?.of === config ? answer.cost : null;
}

/** Why the draft cannot be trained here, in a few words and in full; null if nothing speaks against it. */
export function useMisfit(): { readonly reason: string; readonly message: string } | null {
  const cost = useRunCost();
  if (cost?.problem != null) return { reason: 'too large for this adapter', message: cost.problem };
  if (cost?.storageProblem != null)
    return { reason: 'too large for what storage is left', message: cost.storageProblem };
  return null;
}
