import type { Optimizer } from '../nn/optimizers';
import { STEP_STATE_WORDS } from '../tensor/ops/leaves';

/** What changes from step to step besides the batch. */
export interface StepClock {
  /** Optimizer updates done so far; the first step is 0. */
  readonly step: number;
  /** Key of the counter-based generator. */
  readonly seed: number;
  /** Set when the program is one part of a batch: its share, and whether it begins a new sum. */
  readonly part?: { readonly weight: number; readonly isFirst: boolean };
}

/** Words: 0 step, 1 seed, 2 learning rate, 3 and 4 Adam's bias corrections 1/(1 − βᵗ), 5 and 6 a part's weight and 1 if it is the first, 7 and 8 the corrections of late parameters (0 before their first update); the rest 0. */
export function writeStepState(target: DataView, clock: StepClock, optimizer: Optimizer | null): number {
  for (let word = 0; word < STEP_STATE_WORDS; word++) target.setUint32(word * 4, 0, true);
  target.setUint32(0, clock.step >>> 0, true);
  target.setUint32(4, clock.seed >>> 0, true);
  if (clock.part) {
    target.setFloat32(20, clock.part.weight, true);
    target.setUint32(24, clock.part.isFirst ? 1 : 0, true);
  }
  if (!optimizer) return 0;
  const learningRate = optimizer.learningRate(clock.step);
  target.setFloat32(8, learningRate, true);
  if (optimizer.kind === 'adamw') {
    const corrections = (at: number, updates: number): void => {
      target.setFloat32(at, 1 / (1 - optimizer.beta1 ** updates), true);
      target.setFloat32(at + 4, 1 / (1 - optimizer.beta2 ** updates), true);
    };
    corrections(12, clock.step + 1);
    if (optimizer.late && clock.step >= optimizer.late.fromStep)
      corrections(28, clock.step - optimizer.late.fromStep + 1);
  }
  return learningRate;
}
