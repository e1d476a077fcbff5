/** The engine's device and the shape that all of its workloads share. */
import { GpuDevice } from '../../src/gpu/device';
import type { ParameterSpec } from '../../src/nn/parameters';
import { fillInit, parameter } from '../../src/nn/parameters';
import { type CompiledStep, Engine } from '../../src/plan/engine';
import type { Batch, Program } from '../../src/plan/program';
import type { StepFunction } from '../../src/plan/trace';
import { queueIdle } from '../gpuCounters';
import type { Launch, Workload } from '../workload';

let engine: Engine | null = null;

export async function openEngine(): Promise<Engine> {
  engine ??= new Engine(await GpuDevice.acquire(navigator.gpu));
  return engine;
}

/** What a compiled step launches, in order. */
export function describeLaunches(program: Program): Launch[] {
  return program.traced.dispatches.map(({ kernel, overrides, params }) => ({
    kernel,
    detail: Object.entries({ ...params, ...overrides })
      .map(([name, value]) => `${name}=${Number.isInteger(value) ? value : value.toPrecision(3)}`)
      .join(' '),
  }));
}

/** Data that stays on the GPU between steps, as the peers hold theirs. */
export interface HeldTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
  /** True where the workload asks for its gradient. */
  readonly isTrainable?: boolean;
}

export interface StepPlan {
  readonly held: Readonly<Record<string, HeldTensor>>;
  readonly step: StepFunction;
  /** What the host sends with each step, made anew each time. */
  readonly batch?: () => Batch;
  /** An output that is read back in every step. */
  readonly readBack?: string;
  readonly flops?: number;
  readonly check: (program: Program) => Promise<string>;
}

/** A workload of one program without an optimizer: gradients, where wanted, are outputs of the step function. */
export async function planWorkload(plan: StepPlan): Promise<Workload> {
  const { engine, step } = await openPlan(plan);
  const batch = plan.batch ?? (() => ({}));
  return {
    ...(plan.flops === undefined ? {} : { flops: plan.flops }),
    async step() {
      const program = await step.run(batch());
      if (plan.readBack) await program.read(plan.readBack);
      else await queueIdle();
    },
    launches: async () => describeLaunches(await step.program(batch())),
    async check() {
      const program = await step.run(batch());
      const line = await plan.check(program);
      const errors = engine.device.uncapturedErrors;
      return errors.length === 0 ? line : `${line} GPU ERRORS ${errors.join('; ')}`;
    },
  };
}

async function openPlan(plan: StepPlan): Promise<{ engine: Engine; step: CompiledStep }> {
  const engine = await openEngine();
  const specs = Object.entries(plan.held).map(
    ([name, { shape, isTrainable }]): ParameterSpec => parameter(name, shape, fillInit(0), isTrainable ?? false),
  );
  const variables = engine.variables(specs, 0);
  for (const [name, { data }] of Object.entries(plan.held)) variables.write(name, data);
  return { engine, step: engine.compile(variables, plan.step) };
}

/** A batch input by name. @throws Error if the step was traced without it */
export function input<T>(batch: Readonly<Record<string, T>>, name: string): T {
  const tensor = batch[name];
  if (!tensor) throw new Error(`bench: no input ${name}`);
  return tensor;
}
