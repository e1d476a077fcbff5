/**
 * Learning rate at a step (0-based) as the product of a base rate and a factor; the formulas of transformers'
 * optimization.py (get_cosine_schedule_with_warmup and siblings), so that step 0 of a warm-up has rate 0.
 */
export type Schedule = (step: number) => number;

export interface ScheduleOptions {
  readonly warmupSteps?: number;
}

const warmed =
  (base: number, warmupSteps: number, after: (step: number) => number): Schedule =>
  (step) =>
    base * (step < warmupSteps ? step / Math.max(1, warmupSteps) : after(step));

/** base after warm-up. */
export function constantSchedule(base: number, { warmupSteps = 0 }: ScheduleOptions = {}): Schedule {
  return warmed(base, warmupSteps, () => 1);
}

/** Linear descent to 0 at `totalSteps`. */
export function linearSchedule(base: number, totalSteps: number, { warmupSteps = 0 }: ScheduleOptions = {}): Schedule {
  return warmed(base, warmupSteps, (step) => Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps)));
}

/** Half a cosine from 1 to 0 at `totalSteps`. */
export function cosineSchedule(base: number, totalSteps: number, { warmupSteps = 0 }: ScheduleOptions = {}): Schedule {
  return warmed(base, warmupSteps, (step) => {
    const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress))));
  });
}
