/** What the queue needs, from the browser and the runs: locks over all tabs, the store, and what is known of a run beforehand. */

import type { Dataset } from '../data/dataset';
import { inTurn, whenRunFree } from '../storage/browserRunStore';
import { checkSystemConfig, isUtgrec } from '../train/systemConfig';
import type { ErrorReport } from './protocol';
import type { QueuedRun, RunCheck } from './protocol/queue';
import type { QueueHost } from './queueDesk';
import type { RunRegistry } from './runRegistry';
import { recommenderDataset, tokenizerPlace } from './utgrecRuns';
import { CURRENT_RUN, DATA_RUN } from './workspace';

interface QueuePorts extends Pick<QueueHost, 'isIdle' | 'train' | 'tell' | 'errorReport'> {
  readonly registry: RunRegistry;
  /** Throws where none is open. */
  readonly dataset: () => Dataset;
}

export function browserQueueHost({ registry, dataset, ...ports }: QueuePorts): QueueHost {
  const { store } = registry;
  return {
    ...ports,
    nowMs: registry.host.nowMs,
    newId: () => crypto.randomUUID(),
    notes: store,
    inTurn: (work) => inTurn('queue', work),
    asRunner: (work) => inTurn('queue-runner', work),
    whenTrainerFree: () => whenRunFree(CURRENT_RUN),
    check: (run) => checkedRun(registry, dataset(), run, ports.errorReport),
    data: async () => {
      const { name, contentHash } = dataset();
      const opened = await store.getRun(DATA_RUN);
      return {
        data: { name, hash: contentHash },
        dataOrigin: opened?.dataHash === contentHash ? opened.config : null,
      };
    },
    warn: (error) => console.warn(error),
  };
}

/** What a single start would refuse, and the run that has trained the same already. */
export async function checkedRun(
  registry: RunRegistry,
  dataset: Dataset,
  run: QueuedRun,
  errorReport: (error: unknown) => ErrorReport,
): Promise<RunCheck> {
  try {
    const config = checkSystemConfig(run.config, run.name);
    // Domains that the data do not have.
    if (isUtgrec(config)) for (const place of [tokenizerPlace, recommenderDataset]) place(config, dataset);
    const same = await registry.findSame(JSON.stringify(config), dataset.contentHash);
    return { error: null, finished: same?.status === 'finished' ? same.name : null };
  } catch (error) {
    return { error: errorReport(error), finished: null };
  }
}
