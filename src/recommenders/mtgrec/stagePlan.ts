/**
 * When the curriculum looks at the data (mtgrec.md §6.3): stages of so many epochs, an estimate of data influence after
 * each, then the epochs that are left. As in the reference, stages that do not fit into the budget are dropped.
 */
import { ConfigError } from '../../base/errors';

export interface StagePlan {
  /** Epochs of each stage that fits. */
  readonly lengths: readonly number[];
  /** Epochs done when the estimates are made, ascending. */
  readonly boundaries: readonly number[];
  /** Epochs after the last estimate. */
  readonly tail: number;
}

/** @throws ConfigError `mtgrec/stages` for a stage that is no positive whole number, or none that fits into `budget` epochs */
export function stagePlan(lengths: readonly number[], budget: number): StagePlan {
  const wrong = lengths.find((length) => !Number.isInteger(length) || length < 1);
  if (wrong !== undefined)
    throw new ConfigError('mtgrec/stages', `stages: wanted whole numbers of epochs from 1, got ${wrong}; correct it.`);
  const kept: number[] = [];
  const boundaries: number[] = [];
  let done = 0;
  for (const length of lengths) {
    if (done + length > budget) break;
    done += length;
    kept.push(length);
    boundaries.push(done);
  }
  if (kept.length === 0)
    throw new ConfigError(
      'mtgrec/stages',
      `stages: [${lengths}] has no stage that fits into ${budget} epochs, so no influence would be measured; shorten the first stage or set sampling to "uniform".`,
    );
  return { lengths: kept, boundaries, tail: budget - done };
}
