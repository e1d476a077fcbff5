/** What a run will take: sizes from its shapes, time from earlier runs here. */
import type { Dataset } from '../data/dataset';
import { trainingItemsOf } from '../data/wholeSequences';
import type { AdapterProfile } from '../gpu/device';
import { type EstimatedData, estimateSizes, type PartEstimate } from '../train/runEstimate';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { PartCost, RunCost } from './protocol/estimate';
import type { RunRegistry } from './runRegistry';
import { timeOf } from './runTimes';
import { recommenderDataset } from './utgrecRuns';

/** Data hash → what the estimate needs of it: counted once. */
const counted = new Map<string, EstimatedData>();

/** @throws ConfigError, ShapeError for sizes that cannot be */
export async function costOf(
  config: SystemConfig,
  dataset: Dataset,
  registry: RunRegistry,
  profile: AdapterProfile,
): Promise<RunCost> {
  const own = isUtgrec(config) ? recommenderDataset(config, dataset) : dataset;
  const { tokenizer, recommender, problem } = estimateSizes(config, countsOf(own), profile);
  const place = { dataHash: dataset.contentHash, adapter: profile.name };
  return {
    tokenizer: tokenizer && partCost(tokenizer),
    recommender: partCost(recommender),
    hasMore: !isUtgrec(config) && config.multiIdentifier !== undefined,
    tokenizerTime: await timeOf(registry, config, 'tokenizer', place),
    recommenderTime: await timeOf(registry, config, 'recommender', place),
    problem,
  };
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
