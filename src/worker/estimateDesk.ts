/** What a run will take: sizes from its shapes, time from earlier runs here; and whether adapter and storage can take it. */
import type { Dataset } from '../data/dataset';
import { trainingItemsOf } from '../data/wholeSequences';
import type { AdapterProfile } from '../gpu/device';
import { type EstimatedData, estimateSizes, type PartEstimate, type SizeEstimate } from '../train/runEstimate';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { PartCost, RunCost } from './protocol/estimate';
import type { RunRegistry } from './runRegistry';
import { RunTimes } from './runTimes';
import { recommenderDataset } from './utgrecRuns';

/** Data hash → what the estimate needs of it: counted once. */
const counted = new Map<string, EstimatedData>();

/** Bytes in use and offered; zeros where the browser does not say. */
export interface StorageRoom {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

export interface EstimatePorts {
  readonly dataset: Dataset;
  readonly registry: RunRegistry;
  readonly profile: AdapterProfile;
  readonly storage: StorageRoom;
}

/** @throws ConfigError, ShapeError for sizes that cannot be; ConfigError `data/domain` */
export async function costOf(
  config: SystemConfig,
  { dataset, registry, profile, storage }: EstimatePorts,
): Promise<RunCost> {
  const sizes = sizesOf(config, dataset, profile);
  const times = new RunTimes(registry, { dataHash: dataset.contentHash, adapter: profile.name });
  return {
    tokenizer: sizes.tokenizer && partCost(sizes.tokenizer),
    recommender: partCost(sizes.recommender),
    hasMore: !isUtgrec(config) && config.multiIdentifier !== undefined,
    tokenizerTime: await times.of(config, 'tokenizer'),
    recommenderTime: await times.of(config, 'recommender'),
    problem: sizes.problem,
    storageProblem: storageProblem(sizes, storage),
  };
}

/** @throws as `costOf` */
export function sizesOf(config: SystemConfig, dataset: Dataset, profile: AdapterProfile): SizeEstimate {
  const own = isUtgrec(config) ? recommenderDataset(config, dataset) : dataset;
  return estimateSizes(config, countsOf(own), profile);
}

/** The least that a run writes beside what is there: its newest state and its best one. Null where the browser names no quota. */
export function storageProblem(
  { recommender }: Pick<SizeEstimate, 'recommender'>,
  { usedBytes, quotaBytes }: StorageRoom,
): string | null {
  const wanted = 2 * recommender.checkpointBytes;
  const left = Math.max(0, quotaBytes - usedBytes);
  if (quotaBytes === 0 || wanted <= left) return null;
  return `its checkpoints take at least ${wanted} bytes, ${left} are left in this browser’s storage; delete runs or domains that you no longer need.`;
}

const partCost = ({ memory, checkpointBytes }: PartEstimate): PartCost => ({
  parameters: memory.parameterCount,
  gpuBytes: memory.totalBytes,
  checkpointBytes,
});

function countsOf(dataset: Dataset): EstimatedData {
  const known = counted.get(dataset.contentHash);
  if (known) return known;
  const { offsets } = dataset.sequences;
  let longest = 0;
  for (let user = 0; user + 1 < offsets.length; user++)
    longest = Math.max(longest, (offsets[user + 1] ?? 0) - (offsets[user] ?? 0));
  const counts = {
    items: dataset.itemCount,
    trainingItems: trainingItemsOf(dataset).length,
    // The last two events are held out, and the target before them is no part of the history. Streams may hold longer ones.
    longestHistory: dataset.stored?.stream ? Number.POSITIVE_INFINITY : Math.max(1, longest - 3),
  };
  counted.set(dataset.contentHash, counts);
  return counts;
}
