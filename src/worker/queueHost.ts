/** What the queue needs, from the browser and the runs: locks over all tabs, the store, and what is known of a run beforehand. */

import type { Dataset } from '../data/dataset';
import { inTurn, whenRunFree } from '../storage/browserRunStore';
import { checkSystemConfig, isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { ErrorReport } from './protocol';
import type { QueuedRun, RunCheck } from './protocol/queue';
import type { QueueHost } from './queueDesk';
import type { RunRegistry } from './runRegistry';
import { epochsOf, epochTime, PARTS, type Part, shapeKey } from './runTimes';
import { recommenderDataset, tokenizerPlace } from './utgrecRuns';
import { CURRENT_RUN, DATA_RUN } from './workspace';

interface QueuePorts extends Pick<QueueHost, 'isIdle' | 'train' | 'tell' | 'errorReport'> {
  readonly registry: RunRegistry;
  /** Throws where none is open. */
  readonly dataset: () => Dataset;
  /** Name of the adapter; null without a GPU. */
  readonly adapter: string | null;
}

export function browserQueueHost({ registry, dataset, adapter, ...ports }: QueuePorts): QueueHost {
  const { store } = registry;
  return {
    ...ports,
    nowMs: registry.host.nowMs,
    newId: () => crypto.randomUUID(),
    notes: store,
    inTurn: (work) => inTurn('queue', work),
    asRunner: (work) => inTurn('queue-runner', work),
    whenTrainerFree: () => whenRunFree(CURRENT_RUN),
    check: (runs) => checkedRuns(runs, { registry, dataset: dataset(), adapter, errorReport: ports.errorReport }),
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

interface CheckPorts {
  readonly registry: RunRegistry;
  readonly dataset: Dataset;
  readonly adapter: string | null;
  readonly errorReport: (error: unknown) => ErrorReport;
}

/** What a single start would refuse, the run that has trained the same already, and how long it will take. */
export async function checkedRuns(runs: readonly QueuedRun[], ports: CheckPorts): Promise<readonly RunCheck[]> {
  const { registry, dataset, adapter, errorReport } = ports;
  // Runs of a sweep mostly have steps of one shape: it is looked up once.
  const known = new Map<string, Promise<number | null>>();
  const secondsEach = (config: SystemConfig, part: Part): Promise<number | null> => {
    const key = `${part} ${shapeKey(config, part)}`;
    const place = { dataHash: dataset.contentHash, adapter: adapter ?? '' };
    const found = known.get(key) ?? epochTime(registry, config, part, place).then((time) => time?.seconds ?? null);
    known.set(key, found);
    return found;
  };
  const check = async (run: QueuedRun): Promise<RunCheck> => {
    try {
      const config = checkSystemConfig(run.config, run.name);
      // Domains that the data do not have.
      if (isUtgrec(config)) for (const place of [tokenizerPlace, recommenderDataset]) place(config, dataset);
      const same = await registry.findSame(JSON.stringify(config), dataset.contentHash);
      const [tokenizer, recommender] = await Promise.all(PARTS.map((part) => secondsEach(config, part)));
      const seconds =
        tokenizer == null || recommender == null
          ? null
          : tokenizer * epochsOf(config, 'tokenizer') + recommender * epochsOf(config, 'recommender');
      return { error: null, finished: same?.status === 'finished' ? same.name : null, seconds };
    } catch (error) {
      return { error: errorReport(error), finished: null, seconds: null };
    }
  };
  return Promise.all(runs.map(check));
}
