import { useCallback } from 'react';
import type { AdapterSpeed } from '../../worker/protocol';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';
import { useAnswer } from './useAnswer';

/** How fast the software adapter was measured to be; null before that, and for hardware, which nobody is warned of. */
export function useAdapterSpeed(): AdapterSpeed | null {
  const { ask } = useSession();
  const name = useWorkspace(({ adapter }) => (adapter?.isSoftware ? adapter.name : null));
  const isTraining = useJobs((jobs) => runningRun(jobs) !== null);
  const measure = useCallback(() => ask({ kind: 'adapterSpeed' }), [ask]);
  // Asked again when a training ends: it is not measured beside one.
  return useAnswer(name === null ? null : measure, `${name} ${isTraining}`).value;
}

const DIGITS = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });

/** "2.9 GFLOP/s" */
export const speedWords = ({ gflops }: AdapterSpeed): string => `${DIGITS.format(gflops)} GFLOP/s`;
