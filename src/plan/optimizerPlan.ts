import type { Optimizer } from '../nn/optimizers';
import { BYTES_PER_ELEMENT } from '../tensor/shape';
import { type Dispatch, groupsFor, type Home, type Value } from './dispatch';
import type { Variables } from './variables';

const LANES = 64;
/** Groups of the partial gradient norm: enough to fill a large GPU, few enough for one closing group. */
const NORM_GROUPS = 256;

/** Launches after the backward pass: global norm, clipping factor, finite check, one flat update (at most four in all). */
export function optimizerDispatches(
  optimizer: Optimizer,
  { trainableBytes, decayedBytes }: Pick<Variables, 'trainableBytes' | 'decayedBytes'>,
  loss: Value,
  stepState: Value,
  makeValue: (label: string, sizeBytes: number, home: Home | null) => Value,
  gradients: 'gradients' | 'gradientSum' = 'gradients',
): { dispatches: Dispatch[]; status: Value } {
  const count = trainableBytes / BYTES_PER_ELEMENT;
  const whole = (buffer: Home['buffer']): Value => makeValue(buffer, trainableBytes, { buffer, offsetBytes: 0 });
  const gradient = whole(gradients);
  const partial = makeValue('norm partials', NORM_GROUPS * BYTES_PER_ELEMENT, null);
  const status = makeValue('status', 4 * BYTES_PER_ELEMENT, { buffer: 'status', offsetBytes: 0 });
  const groups = Math.min(NORM_GROUPS, Math.max(1, Math.ceil(count / LANES)));
  const dispatches: Dispatch[] = [
    {
      kernel: 'gradient_norm_partial',
      overrides: { LANES },
      bind: { gradient, partial },
      params: { count },
      groups: [groups, 1, 1],
    },
    {
      kernel: 'gradient_norm',
      overrides: { LANES },
      bind: { partial, loss, status },
      params: { count: groups, clip: optimizer.clipNorm },
      groups: [1, 1, 1],
    },
  ];
  if (optimizer.kind === 'gradientOnly') return { dispatches, status };
  const weight = whole('parameters');
  const moment1 = whole('moment1');
  if (optimizer.kind === 'adamw') {
    const { beta1, beta2, eps, weightDecay } = optimizer;
    dispatches.push({
      kernel: 'adamw',
      overrides: { LANES },
      bind: { gradient, status, state: stepState, weight, moment1, moment2: whole('moment2') },
      params: { count, beta1, beta2, eps, weight_decay: weightDecay, decayed: decayedBytes / BYTES_PER_ELEMENT },
      groups: groupsFor(count, LANES),
    });
  } else {
    dispatches.push({
      kernel: 'adagrad',
      overrides: { LANES },
      bind: { gradient, status, state: stepState, weight, moment1 },
      params: { count, eps: optimizer.eps, weight_decay: optimizer.weightDecay },
      groups: groupsFor(count, LANES),
    });
  }
  return { dispatches, status };
}

/** Launch at the end of one part of a batch: its gradients and loss join the running sums. */
export function partDispatch(
  trainableBytes: number,
  loss: Value,
  stepState: Value,
  makeValue: (label: string, sizeBytes: number, home: Home | null) => Value,
): Dispatch {
  const count = trainableBytes / BYTES_PER_ELEMENT;
  return {
    kernel: 'gradient_part',
    overrides: { LANES },
    bind: {
      gradient: makeValue('gradients', trainableBytes, { buffer: 'gradients', offsetBytes: 0 }),
      loss,
      state: stepState,
      sum: makeValue('gradient sum', trainableBytes + BYTES_PER_ELEMENT, { buffer: 'gradientSum', offsetBytes: 0 }),
    },
    params: { count },
    groups: groupsFor(count + 1, LANES),
  };
}
