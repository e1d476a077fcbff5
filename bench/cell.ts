/**
 * One engine on one workload in a process (or page) of its own. The driver opens a cell for every engine and lets them
 * take turns, so that noise of the machine meets all of them; each cell times its own steps and counts its own calls.
 */
import {
  addDifference,
  type Counts,
  countsPerStep,
  observeWebGpu,
  openedAdapterName,
  peakBytes,
  queueIdle,
  restartPeak,
  snapshotCounts,
} from './gpuCounters';
import { loadEngine } from './loadEngine';
import { profileStep, type StepProfile } from './profile';
import type { CpuClock, EngineName, Workload, WorkloadName } from './workload';

export interface FirstStep {
  /** Milliseconds of the first step, compilation included. */
  readonly firstMs: number;
  readonly pipelines: number;
}

export interface TurnLimits {
  readonly steps: number;
  /** The turn ends after the step in which this has passed. */
  readonly milliseconds: number;
}

export interface CellSummary {
  readonly perStep: Counts;
  readonly peakMB: number;
  readonly flops: number | null;
  readonly check: string;
}

const BYTES_PER_MB = 1 << 20;
/** Stands where an adapter's name does for engines that open none. */
const ON_PROCESSOR = 'processor';

let workload: Workload | null = null;
let steps = 0;
const totals: Counts = { ...snapshotCounts() };

function requireWorkload(): Workload {
  if (!workload) throw new Error('bench: open the cell first');
  return workload;
}

/** Sets the workload up. @returns the adapter's name, or null where the engine cannot do the workload */
export async function open(engineName: EngineName, name: WorkloadName): Promise<{ adapterName: string } | null> {
  observeWebGpu();
  const { engine } = await loadEngine(engineName);
  const build = engine.workloads[name];
  if (!build) return null;
  await engine.init();
  workload = await build();
  await queueIdle();
  return { adapterName: engine.isOnProcessor ? ON_PROCESSOR : openedAdapterName() };
}

export async function first(): Promise<FirstStep> {
  restartPeak();
  const before = snapshotCounts();
  const started = performance.now();
  await requireWorkload().step();
  return { firstMs: performance.now() - started, pipelines: snapshotCounts().pipelines - before.pipelines };
}

/** Untimed steps. */
export async function warm(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await requireWorkload().step();
}

export interface StepTime {
  readonly ms: number;
  /** Processor time of all threads; on a software adapter that is the kernels' too. Null where it cannot be read. */
  readonly cpuMs: number | null;
}

let cpuClock: CpuClock = () => null;

export function setCpuClock(clock: CpuClock): void {
  cpuClock = clock;
}

/** Timed steps. */
export async function turn(limits: TurnLimits): Promise<StepTime[]> {
  const { step } = requireWorkload();
  const times: StepTime[] = [];
  const before = snapshotCounts();
  const startedTurn = performance.now();
  while (times.length < limits.steps) {
    const startedCpu = cpuClock();
    const started = performance.now();
    await step();
    const ended = performance.now();
    const endedCpu = cpuClock();
    const cpuMs = startedCpu === null || endedCpu === null ? null : endedCpu - startedCpu;
    times.push({ ms: ended - started, cpuMs });
    if (ended - startedTurn > limits.milliseconds) break;
  }
  addDifference(totals, before, snapshotCounts());
  steps += times.length;
  return times;
}

/** Times every launch of a step by itself, `repeats` times. */
export function profile(repeats: number): Promise<StepProfile> {
  return profileStep(requireWorkload(), repeats, cpuClock);
}

export async function finish(): Promise<CellSummary> {
  const { check, flops } = requireWorkload();
  const peakMB = peakBytes() / BYTES_PER_MB;
  return { perStep: countsPerStep(totals, Math.max(1, steps)), peakMB, flops: flops ?? null, check: await check() };
}
