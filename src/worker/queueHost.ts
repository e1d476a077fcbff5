/** What the queue needs, from the browser and the runs: locks over all tabs, the store, and what is known of a run beforehand. */

import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { AdapterProfile } from '../gpu/device';
import { inTurn, storageEstimate, whenRunFree } from '../storage/browserRunStore';
import { checkSystemConfig, isUtgrec, type SystemConfig } from '../train/systemConfig';
import { type StorageRoom, sizesOf, storageProblem } from './estimateDesk';
import type { ErrorReport } from './protocol';
import type { QueuedRun, RunCheck } from './protocol/queue';
import type { QueueHost } from './queueDesk';
import { PARTS, phasesOf } from './runPhases';
import type { RunRegistry } from './runRegistry';
import { RunTimes } from './runTimes';
import { recommenderDataset, tokenizerPlace } from './utgrecRuns';
import { CURRENT_RUN, DATA_RUN } from './workspace';

interface QueuePorts extends Pick<QueueHost, 'isIdle' | 'train' | 'tell' | 'errorReport'> {
  readonly registry: RunRegistry;
  /** Throws where none is open. */
  readonly dataset: () => Dataset;
  /** Null without a GPU. */
  readonly profile: () => AdapterProfile | null;
}

export function browserQueueHost({ registry, dataset, profile, ...ports }: QueuePorts): QueueHost {
  const { store } = registry;
  return {
    ...ports,
    nowMs: registry.host.nowMs,
    newId: () => crypto.randomUUID(),
    notes: store,
    inTurn: (work) => inTurn('queue', work),
    asRunner: (work) => inTurn('queue-runner', work),
    whenTrainerFree: () => whenRunFree(CURRENT_RUN),
    check: async (runs) =>
      checkedRuns(runs, {
        registry,
        dataset: dataset(),
        profile: profile(),
        storage: await storageEstimate(),
        errorReport: ports.errorReport,
      }),
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
  /** Null without a GPU. */
  readonly profile: AdapterProfile | null;
  readonly storage: StorageRoom;
  readonly errorReport: (error: unknown) => ErrorReport;
}

/** What a single start would refuse, the run that has trained the same already, and how long it will take. */
export async function checkedRuns(runs: readonly QueuedRun[], ports: CheckPorts): Promise<readonly RunCheck[]> {
  const { registry, dataset, profile, storage, errorReport } = ports;
  const times = new RunTimes(registry, { dataHash: dataset.contentHash, adapter: profile?.name ?? '' });
  // Runs of a sweep mostly have steps of one shape: it is looked at once.
  const known = new Map<string, string | null>();
  const problemOf = (config: SystemConfig): string | null => {
    if (!profile) return null;
    const key = PARTS.flatMap((part) => phasesOf(config, part).map((phase) => phase.key)).join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const sizes = sizesOf(config, dataset, profile);
    const problem = sizes.problem ?? storageProblem(sizes, storage);
    known.set(key, problem);
    return problem;
  };
  const check = async (run: QueuedRun): Promise<RunCheck> => {
    try {
      const config = checkSystemConfig(run.config, run.name);
      // Domains that the data do not have.
      if (isUtgrec(config)) for (const place of [tokenizerPlace, recommenderDataset]) place(config, dataset);
      const problem = problemOf(config);
      if (problem !== null) throw new ConfigError('run/size', `${run.name}: it does not fit: ${problem}`);
      const same = await registry.findSame(JSON.stringify(config), dataset.contentHash);
      const [tokenizer, recommender] = await Promise.all(PARTS.map((part) => times.of(config, part)));
      const seconds = tokenizer && recommender ? tokenizer.seconds + recommender.seconds : null;
      // What the time limit cut short has more to train.
      const isTrained = same?.status === 'finished' && same.ending?.kind !== 'timeLimit';
      return { error: null, finished: isTrained ? same.name : null, seconds };
    } catch (error) {
      return { error: errorReport(error), finished: null, seconds: null };
    }
  };
  return Promise.all(runs.map(check));
}
