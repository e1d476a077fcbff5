/** What a data set's sequences may be used for: those of a streamed workspace are cut to each user's latest events. */
import { ConfigError } from '../base/errors';
import type { SequenceTable } from '../base/sequenceTable';
import type { Dataset } from './dataset';
import { trainingItems } from './splits';

/** All sequences, read for the occasion if the data set streams; for counting. */
export async function wholeSequences(dataset: Dataset): Promise<SequenceTable> {
  return dataset.stored?.stream?.whole() ?? dataset.sequences;
}

/** All sequences, for models that train from memory. @throws ConfigError `data/streamed` */
export function sequencesInMemory(dataset: Dataset, model: string): SequenceTable {
  if (!dataset.stored?.stream) return dataset.sequences;
  throw new ConfigError(
    'data/streamed',
    `train ${model}: wanted sequences that fit in the window, came ${dataset.interactionCount} interactions that stream; allow a larger window or choose fewer domains.`,
  );
}

/**
 * Items that a tokenizer may train on, ascending: those that occur in some user's training part, and all items of a domain in
 * which none does (a catalogue without users has no targets to keep apart).
 */
export function trainingItemsOf(dataset: Dataset): Uint32Array {
  const seen = dataset.stored?.stream?.trainingItems ?? trainingItems(dataset.sequences, dataset.itemCount);
  const { domainOfItem } = dataset.items;
  const domainAt = (item: number): number => domainOfItem?.[item] ?? 0;
  const hasUsers = new Set(Array.from(seen, domainAt));
  const isSeen = new Uint8Array(dataset.itemCount);
  for (const item of seen) isSeen[item] = 1;
  const all = Uint32Array.from({ length: dataset.itemCount }, (_, item) => item);
  return all.filter((item) => isSeen[item] === 1 || !hasUsers.has(domainAt(item)));
}
