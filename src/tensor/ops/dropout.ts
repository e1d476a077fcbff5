import { ConfigError } from '../../base/errors';
import { defineOp, record, requireDtype, type Tensor } from '../graph';
import { stepStateLeaf } from './leaves';

export interface DropoutAttributes {
  readonly rate: number;
  /** Which of the step's mask sequences; two calls with one stream drop the same elements. */
  readonly stream: number;
}

/** Inputs x and the step state. */
export const DROPOUT = defineOp<DropoutAttributes>('dropout');

/**
 * Zeroes each element with probability `rate` and scales the others by 1/(1 − rate). The mask is a function of the
 * program's seed, the step, `stream` and the element's index, so nothing is stored for the backward pass and a resumed run
 * repeats it. Give every call in a model a stream of its own.
 * @throws ConfigError `dropout/rate`
 */
export function dropout(x: Tensor, rate: number, stream: number): Tensor {
  requireDtype('dropout', x, 'f32');
  if (!(rate >= 0 && rate < 1)) throw new ConfigError('dropout/rate', `dropout: wanted a rate in [0, 1), got ${rate}.`);
  return rate === 0 ? x : dropoutWith(x, stepStateLeaf(), { rate, stream });
}

export function dropoutWith(x: Tensor, state: Tensor, attributes: DropoutAttributes): Tensor {
  return record(DROPOUT, [x, state], attributes, x.shape);
}
