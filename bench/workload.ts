/** What a benchmark is: one workload, the same data and the same question for every engine. */

export const WORKLOADS = [
  'W1-512',
  'W1-1024',
  'W1-batch',
  'W2-argmin',
  'W3-infonce',
  'W4-t5',
  'W5a-gather',
  'W5b-ce25k',
  'W6-beam',
  'W6-generate',
] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

export interface Launch {
  readonly kernel: string;
  /** Sizes and overrides, to tell launches of one kernel apart. */
  readonly detail: string;
}

/** One workload in one engine, with its data on the GPU and nothing compiled yet. */
export interface Workload {
  /** Runs one step; resolves when the GPU has finished it. */
  step(): Promise<void>;
  /** One line on whether the answer is right, against float64 on the host. Called once, after the timed steps. */
  check(): Promise<string> | string;
  /** Floating-point operations of a step, for a rate. */
  readonly flops?: number;
  /** The launches of a step in order, where the engine can name them: for profiles. */
  launches?(): Promise<readonly Launch[]>;
}

export type WorkloadTable = Partial<Record<WorkloadName, () => Workload | Promise<Workload>>>;

/** An engine under test. Workloads it cannot do are absent. */
export interface BenchEngine {
  init(): Promise<void>;
  /** True for an engine that uses no GPU. */
  readonly isOnProcessor?: boolean;
  readonly workloads: WorkloadTable;
}

export const ENGINES = ['tessera', 'steps', 'half', 'jax', 'tfjs', 'ort', 'wasm'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Processor time of the GPU's threads so far in milliseconds, or null where the host does not say. */
export type CpuClock = () => number | null;
