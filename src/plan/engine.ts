/**
 * The engine's public face: make variables, compile step functions, run them.
 *
 *     const engine = new Engine(await GpuDevice.acquire(navigator.gpu));
 *     const model = engine.variables(specs, seed);
 *     const step = engine.compile(model, ({ params, batch }) => ({ loss: … }), adamw({ learningRate: 1e-3 }));
 *     for (const batch of batches) await step.run(batch);
 *     console.log(await step.metrics());
 */
import { ConfigError, NumericsError } from '../base/errors';
import { mixSeed } from '../base/random';
import type { GpuDevice } from '../gpu/device';
import type { Optimizer } from '../nn/optimizers';
import type { ParameterSpec } from '../nn/parameters';
import type { TensorSpec } from '../tensor/graph';
import type { Storage } from '../tensor/storage';
import { ArenaPool } from './arenaPool';
import type { StepMetrics } from './metricRing';
import { type Batch, type OutputArray, Program } from './program';
import { type StepFunction, traceProgram, traceUpdate } from './trace';
import { Variables } from './variables';

/** Steps that may be queued on the GPU before `run` waits for the oldest. */
const STEPS_IN_FLIGHT = 2;

export class Engine {
  readonly pool: ArenaPool;

  constructor(readonly device: GpuDevice) {
    this.pool = new ArenaPool(device);
  }

  /** Allocates and initialises a model's parameters. The caller disposes. */
  variables(specs: readonly ParameterSpec[], seed: number): Variables {
    return new Variables(this.device, specs, seed);
  }

  /** A step that is traced, differentiated and planned once for each signature of batch shapes. The caller disposes. */
  compile(variables: Variables, step: StepFunction, optimizer?: Optimizer, seed = 0): CompiledStep {
    return new CompiledStep(this, variables, step, optimizer ?? null, seed);
  }

  dispose(): void {
    this.pool.dispose();
  }
}

/** One part of a batch and its share of the batch's mean loss; the shares of a batch sum to 1. */
export interface BatchPart {
  readonly batch: Batch;
  readonly weight: number;
}

export class CompiledStep {
  /** Optimizer updates done; set it when resuming. */
  stepCount = 0;
  /** Launches a submit; lower it on slow adapters so that the page and the watchdog stay calm. */
  dispatchesPerSubmit = Number.POSITIVE_INFINITY;
  /** How a step with an optimizer keeps what its backward pass reads; f16 takes 0.55 to 0.75 of the memory (savedHalves.ts). */
  storage: Storage = 'f32';
  readonly #programs = new Map<string, Promise<Program>>();
  #update: Promise<Program> | null = null;
  readonly #inFlight: Promise<void>[] = [];
  #last: Program | null = null;
  #drained: StepMetrics[] = [];
  /** Shares of the parts whose metrics still lie in a program's ring, and what was drained of them: sums by step. */
  readonly #partShares = new Map<Program, number[]>();
  readonly #partSums = new Map<number, Record<string, number>>();

  constructor(
    readonly engine: Engine,
    readonly variables: Variables,
    readonly stepFunction: StepFunction,
    readonly optimizer: Optimizer | null,
    readonly seed: number,
  ) {}

  /** The program for the shapes of `batch`, compiled if need be. @throws ShapeError, ConfigError, OutOfMemoryError */
  program(batch: Batch, isPart = false): Promise<Program> {
    const shapes = Object.entries(batch)
      .map(([name, array]) => `${name}:${dtypeOf(array.data)}[${array.shape}]`)
      .sort()
      .join(';');
    const { optimizer, storage } = this;
    const signature = `${storage};${isPart ? 'part' : 'whole'};${shapes}`;
    const known = this.#programs.get(signature);
    if (known) return known;
    const specs = inputSpecs(batch);
    const building = (async () => {
      const { device } = this.engine;
      const options = { optimizer, isPart, storage };
      const traced = traceProgram(this.stepFunction, specs, this.variables, device.profile, options);
      return Program.build(device, this.variables, traced, this.optimizer, this.engine.pool);
    })();
    this.#programs.set(signature, building);
    building.catch(() => this.#programs.delete(signature));
    return building;
  }

  /** Submits one step; waits only while more than two are queued. Returns the program, for reading outputs. */
  async run(batch: Batch): Promise<Program> {
    const program = await this.program(batch);
    await this.#makeRoom(program);
    program.run(batch, { step: this.stepCount, seed: this.seed }, { dispatchesPerSubmit: this.dispatchesPerSubmit });
    if (this.optimizer) this.stepCount++;
    await this.#submitted();
    return program;
  }

  /** Runs one step and waits for the named outputs, which come back in the step's own submit. @throws ShapeError `run/output` */
  async fetch(batch: Batch, names: readonly string[]): Promise<OutputArray[]> {
    const program = await this.program(batch);
    await this.#makeRoom(program);
    const clock = { step: this.stepCount, seed: this.seed };
    const outputs = await program.fetch(batch, clock, names, { dispatchesPerSubmit: this.dispatchesPerSubmit });
    if (this.optimizer) this.stepCount++;
    return outputs;
  }

  /**
   * One update from a batch in parts, as if their rows were one batch: gradients and losses are added up by weight before
   * norm, clipping and optimizer, so memory is that of one part. Each part has dropout masks of its own; a step's other
   * metrics are the parts' means by weight. Parts are asked for one at a time: a part's arrays may be the next one's.
   * @throws ConfigError `run/parts` without an optimizer or parts; else as `run`
   */
  async runParts(parts: Iterable<BatchPart>): Promise<void> {
    const { optimizer, dispatchesPerSubmit, seed, stepCount: step } = this;
    if (!optimizer) throw new ConfigError('run/parts', 'run: a batch in parts wants an optimizer.');
    const update = await this.#updateProgram(optimizer);
    await this.#makeRoom(update);
    let at = 0;
    for (const { batch, weight } of parts) {
      const program = await this.program(batch, true);
      if (program.ring.isFull) await this.#drainParts();
      const clock = { step, seed: at === 0 ? seed : mixSeed(seed, at), part: { weight, isFirst: at === 0 } };
      program.run(batch, clock, { dispatchesPerSubmit });
      if (program.traced.metrics.size > 0)
        this.#partShares.set(program, [...(this.#partShares.get(program) ?? []), weight]);
      await this.#submitted();
      at++;
    }
    if (at === 0) throw new ConfigError('run/parts', 'run: a batch in parts wants at least one part, got none.');
    update.run({}, { step, seed }, { dispatchesPerSubmit });
    this.stepCount++;
    await this.#submitted();
  }

  #updateProgram(optimizer: Optimizer): Promise<Program> {
    if (this.#update) return this.#update;
    const { device, pool } = this.engine;
    const traced = traceUpdate(this.variables, device.profile, optimizer);
    const building = Program.build(device, this.variables, traced, optimizer, pool);
    this.#update = building;
    building.catch(() => {
      this.#update = null;
    });
    return building;
  }

  /** Drains the metrics of the last program if this one is another or its ring is full. */
  async #makeRoom(program: Program): Promise<void> {
    if (this.#last && this.#last !== program) this.#drained.push(...(await this.#last.metrics()));
    else if (program.ring.isFull) this.#drained.push(...(await program.metrics()));
    this.#last = program;
  }

  async #drainParts(): Promise<void> {
    for (const [program, shares] of this.#partShares)
      for (const [at, { step, extra }] of (await program.metrics()).entries()) {
        const sums = this.#partSums.get(step) ?? {};
        for (const [name, value] of Object.entries(extra)) sums[name] = (sums[name] ?? 0) + value * (shares[at] ?? 0);
        this.#partSums.set(step, sums);
      }
    this.#partShares.clear();
  }

  async #submitted(): Promise<void> {
    const done = this.engine.device.raw.queue.onSubmittedWorkDone();
    // Where the GPU goes, all of them fail: whoever waits for one learns of it, the others are nobody's to hear.
    done.catch(() => undefined);
    this.#inFlight.push(done);
    if (this.#inFlight.length >= STEPS_IN_FLIGHT) await this.#inFlight.shift();
    this.engine.device.requireAlive();
  }

  /**
   * Metrics of all steps since the last call, oldest first.
   * @throws NumericsError `train/not-finite` if one of them had a NaN or infinite loss or gradient; that update was skipped.
   */
  async metrics(): Promise<StepMetrics[]> {
    if (this.#last) this.#drained.push(...(await this.#last.metrics()));
    await this.#drainParts();
    const rows = this.#drained.map((row) => ({ ...row, extra: this.#partSums.get(row.step) ?? row.extra }));
    this.#drained = [];
    this.#partSums.clear();
    const bad = rows.find((row) => !row.isFinite);
    if (bad && this.optimizer)
      throw new NumericsError(
        'train/not-finite',
        `step ${bad.step}: loss ${bad.loss} or gradient norm ${bad.gradientNorm} is not finite; the update was skipped. Lower the learning rate or go back to the last checkpoint${this.storage === 'f16' ? '; if the loss is finite, an activation exceeded 65504: set storage to f32' : ''}.`,
      );
    return rows;
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) (await program.catch(() => null))?.dispose();
    this.#programs.clear();
    (await this.#update?.catch(() => null))?.dispose();
    this.#update = null;
  }
}

/** Shapes and dtypes of a batch: what a step is compiled for. */
export function inputSpecs(batch: Batch): Record<string, TensorSpec> {
  const specs: Record<string, TensorSpec> = {};
  for (const [name, array] of Object.entries(batch)) specs[name] = { shape: array.shape, dtype: dtypeOf(array.data) };
  return specs;
}

function dtypeOf(data: Float32Array | Uint32Array | Int32Array): 'f32' | 'u32' | 'i32' {
  return data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32';
}
