import { ConfigError } from '../base/errors';
import type { LateParameters, Optimizer } from '../nn/optimizers';
import { BYTES_PER_ELEMENT } from '../tensor/shape';
import { type Dispatch, groupsFor, type Home, type Value } from './dispatch';
import { slotOf, type VariableLayout } from './variableLayout';

const LANES = 64;
/** Groups of the partial gradient norm: enough to fill a large GPU, few enough for one closing group. */
const NORM_GROUPS = 256;

/** Launches after the backward pass: global norm, clipping factor, finite check, one flat update (at most four in all). */
export function optimizerDispatches(
  optimizer: Optimizer,
  variables: VariableLayout,
  loss: Value,
  stepState: Value,
  makeValue: (label: string, sizeBytes: number, home: Home | null) => Value,
  gradients: 'gradients' | 'gradientSum' = 'gradients',
): { dispatches: Dispatch[]; status: Value } {
  const { trainableBytes, decayedBytes } = variables;
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
      params: {
        count,
        beta1,
        beta2,
        eps,
        weight_decay: weightDecay,
        decayed: decayedBytes / BYTES_PER_ELEMENT,
        ...lateRange(variables, optimizer.late),
      },
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

/** Elements of the late parameters in the arena. @throws ConfigError `optimizer/late` unless they are trainable neighbours */
function lateRange(variables: VariableLayout, late: LateParameters | null): { late_from: number; late_to: number } {
  if (!late || late.names.length === 0) return { late_from: 0, late_to: 0 };
  const chosen = late.names.map((name) => slotOf(variables, name));
  const from = Math.min(...chosen.map(({ offsetBytes }) => offsetBytes));
  const to = Math.max(...chosen.map(({ offsetBytes, sizeBytes }) => offsetBytes + sizeBytes));
  const within = [...variables.slots.values()].filter(({ offsetBytes }) => offsetBytes >= from && offsetBytes < to);
  if (within.length !== new Set(chosen).size || to > variables.trainableBytes)
    throw new ConfigError(
      'optimizer/late',
      `optimizer: late parameters must be trainable and stand next to each other; came ${late.names.join(', ')}.`,
    );
  return { late_from: from / BYTES_PER_ELEMENT, late_to: to / BYTES_PER_ELEMENT };
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
