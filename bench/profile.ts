/**
 * Where a step's time goes: the launches of one step are recorded at the WebGPU face and then submitted one at a time, each
 * waited for. The sum exceeds a real step by one submit and wait a launch, which is measured with an empty pass and taken off.
 */
import { openedDevice } from './gpuCounters';
import type { CpuClock, Launch as DescribedLaunch, Workload } from './workload';

interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number, number];
}

export interface LaunchTime extends DescribedLaunch {
  readonly groups: string;
  readonly ms: number;
  readonly cpuMs: number;
}

export interface StepProfile {
  /** In the order of the step. */
  readonly launches: readonly LaunchTime[];
  /** Cost of a submit and a wait without work, already taken off. */
  readonly emptyMs: number;
  readonly emptyCpuMs: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Records what `step` dispatches. Assumes one bind group a kernel and no dynamic offsets, as the engine has. */
async function recordLaunches(step: () => Promise<void>): Promise<Launch[]> {
  const prototype = GPUComputePassEncoder.prototype;
  const { setPipeline, setBindGroup, dispatchWorkgroups } = prototype;
  const launches: Launch[] = [];
  let pipeline: GPUComputePipeline | null = null;
  let bindGroup: GPUBindGroup | null = null;
  prototype.setPipeline = function record(this: GPUComputePassEncoder, next) {
    pipeline = next;
    return setPipeline.call(this, next);
  };
  Reflect.set(
    prototype,
    'setBindGroup',
    function record(this: GPUComputePassEncoder, index: number, next: GPUBindGroup) {
      bindGroup = next;
      return Reflect.apply(setBindGroup, this, [index, next]);
    },
  );
  prototype.dispatchWorkgroups = function record(this: GPUComputePassEncoder, x, y = 1, z = 1) {
    if (pipeline && bindGroup) launches.push({ pipeline, bindGroup, groups: [x, y, z] });
    return dispatchWorkgroups.call(this, x, y, z);
  };
  try {
    await step();
  } finally {
    Object.assign(prototype, { setPipeline, setBindGroup, dispatchWorkgroups });
  }
  return launches;
}

async function timeLaunch(launch: Launch | null, clock: CpuClock): Promise<{ ms: number; cpuMs: number }> {
  const device = openedDevice();
  const startedCpu = clock() ?? 0;
  const started = performance.now();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  if (launch) {
    pass.setPipeline(launch.pipeline);
    pass.setBindGroup(0, launch.bindGroup);
    pass.dispatchWorkgroups(...launch.groups);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  return { ms: performance.now() - started, cpuMs: (clock() ?? 0) - startedCpu };
}

/** Medians of `repeats` passes over all launches of a step that has run before. */
export async function profileStep(workload: Workload, repeats: number, clock: CpuClock): Promise<StepProfile> {
  const launches = await recordLaunches(() => workload.step());
  const described = (await workload.launches?.()) ?? [];
  const times = launches.map((): { ms: number; cpuMs: number }[] => []);
  const empty: { ms: number; cpuMs: number }[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let i = 0; i < 10; i++) empty.push(await timeLaunch(null, clock));
    // In order, so that every kernel sees data of a real step.
    for (const [index, launch] of launches.entries()) times[index]?.push(await timeLaunch(launch, clock));
  }
  const emptyMs = median(empty.map(({ ms }) => ms));
  const emptyCpuMs = median(empty.map(({ cpuMs }) => cpuMs));
  return {
    emptyMs,
    emptyCpuMs,
    launches: launches.map((launch, index) => ({
      kernel: described[index]?.kernel ?? launch.pipeline.label,
      detail: described[index]?.detail ?? '',
      groups: launch.groups.join('×'),
      ms: Math.max(0, median((times[index] ?? []).map(({ ms }) => ms)) - emptyMs),
      cpuMs: Math.max(0, median((times[index] ?? []).map(({ cpuMs }) => cpuMs)) - emptyCpuMs),
    })),
  };
}
