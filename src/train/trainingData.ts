/** What a trainer gets of a data set: its sequences, or the chunks to stream. */
import { ConfigError } from '../base/errors';
import type { T5Trainer, T5TrainerOptions } from '../recommenders/t5/trainer';
import type { JobContext } from './context';

/** @throws ConfigError `config/field` if streamed sequences were cut shorter than the model's history */
export function trainingData(
  context: Pick<JobContext, 'dataset' | 'config' | 'now'>,
): Pick<T5TrainerOptions, 'sequences' | 'stream'> {
  const { dataset, config, now } = context;
  const { sequences } = dataset;
  const stream = dataset.stored?.stream;
  if (!stream) return { sequences };
  const { historyLimit } = config.recommender;
  if (historyLimit > stream.historyLimit)
    throw new ConfigError(
      'config/field',
      `configuration: field "recommender.historyLimit" wants at most ${stream.historyLimit} for streamed data, got ${historyLimit}; open the data with that history.`,
    );
  return { sequences, stream: { chunks: stream.chunks, windowBytes: stream.windowBytes, now } };
}

/** Share of the time that training waited for data, as a row value; nothing when all of it is in memory. */
export function dataWait(trainer: T5Trainer): { dataWaitShare?: number } {
  const { waits } = trainer;
  return waits && waits.elapsedMs > 0 ? { dataWaitShare: waits.waitMs / waits.elapsedMs } : {};
}
