/**
 * A compiled step: every buffer, pipeline and bind group exists before the first run; a run is one upload, one command
 * buffer and one submit (more only if `dispatchesPerSubmit` asks for it), and no readback.
 */
import { ShapeError } from '../base/errors';
import type { CompiledKernel, GpuDevice } from '../gpu/device';
import { KERNELS } from '../gpu/generated/kernels.gen';
import { readBuffer, readStaging } from '../gpu/readback';
import type { Optimizer } from '../nn/optimizers';
import { BYTES_PER_ELEMENT, elementCount, type Shape, sameShape } from '../tensor/shape';
import { alignUp, planArenas } from './arena';
import type { ArenaPool } from './arenaPool';
import type { Dispatch, Value } from './dispatch';
import { MetricRing, type StepMetrics } from './metricRing';
import { type StepClock, writeStepState } from './stepState';
import type { TracedProgram } from './trace';
import type { Variables } from './variables';

export interface BatchArray {
  readonly data: Float32Array | Uint32Array | Int32Array;
  readonly shape: Shape;
}
export type Batch = Readonly<Record<string, BatchArray>>;
export type OutputArray = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export interface ProgramReport {
  readonly dispatchCount: number;
  readonly nodeCount: number;
  readonly arenaBytes: number;
  /** What the intermediates would take without sharing. */
  readonly intermediateBytes: number;
  readonly pipelineCount: number;
}

interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number, number];
  readonly clears: { readonly buffer: GPUBuffer; readonly offset: number; readonly sizeBytes: number } | null;
}

interface ProgramParts {
  readonly device: GpuDevice;
  readonly variables: Variables;
  readonly traced: TracedProgram;
  readonly optimizer: Optimizer | null;
  readonly report: ProgramReport;
  readonly ring: MetricRing;
  readonly launches: readonly Launch[];
  readonly locate: (value: Value) => Located;
  readonly inputBuffer: GPUBuffer;
  readonly owned: readonly GPUBuffer[];
}

interface Located {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

export class Program {
  readonly device: GpuDevice;
  readonly traced: TracedProgram;
  readonly report: ProgramReport;
  readonly ring: MetricRing;
  readonly #parts: ProgramParts;
  readonly #upload: ArrayBuffer;
  /** Where `fetch` brings outputs to; null while a fetch maps it. */
  #staging: GPUBuffer | null = null;
  #disposed = false;

  /** Takes ownership of `parts.owned` and `parts.ring`; use `Program.build`. */
  constructor(parts: ProgramParts) {
    this.device = parts.device;
    this.traced = parts.traced;
    this.report = parts.report;
    this.ring = parts.ring;
    this.#parts = parts;
    this.#upload = new ArrayBuffer(parts.traced.inputBytes);
  }

  static async build(
    device: GpuDevice,
    variables: Variables,
    traced: TracedProgram,
    optimizer: Optimizer | null,
    pool: ArenaPool,
  ): Promise<Program> {
    const compiled = await Promise.all(
      traced.dispatches.map((dispatch) => device.kernel(dispatch.kernel, dispatch.overrides)),
    );
    const owned: GPUBuffer[] = [];
    try {
      return await device.guarded('compile', () =>
        assemble(device, variables, traced, optimizer, pool, compiled, owned),
      );
    } catch (error) {
      for (const buffer of owned) device.destroyBuffer(buffer);
      throw error;
    }
  }

  /**
   * Runs one step. Returns once the work is submitted, not when it is done.
   * @throws ShapeError `run/input` if the batch does not have the traced shapes; DeviceLostError
   */
  run(batch: Batch, clock: StepClock, options: { readonly dispatchesPerSubmit?: number } = {}): void {
    this.#submit(batch, clock, options, () => {});
  }

  /**
   * Runs one step and brings outputs back with it: their copies are in the step's own submit, so a run and its results are one.
   * @returns the named outputs, in order @throws ShapeError `run/output`, and those of `run`
   */
  async fetch(
    batch: Batch,
    clock: StepClock,
    names: readonly string[],
    options: { readonly dispatchesPerSubmit?: number } = {},
  ): Promise<OutputArray[]> {
    const outputs = names.map((name) => this.#output(name));
    const starts = [0];
    for (const { sizeBytes } of outputs) starts.push((starts.at(-1) ?? 0) + sizeBytes);
    const totalBytes = starts.at(-1) ?? 0;
    const staging = this.#takeStaging(totalBytes);
    try {
      this.#submit(batch, clock, options, (encoder) => {
        outputs.forEach(({ value, sizeBytes }, at) => {
          const from = this.#parts.locate(value);
          if (sizeBytes > 0) encoder.copyBufferToBuffer(from.buffer, from.offset, staging, starts[at] ?? 0, sizeBytes);
        });
      });
      const bytes = totalBytes === 0 ? new ArrayBuffer(0) : await readStaging(this.device, staging, totalBytes);
      if (this.#staging || this.#disposed) this.device.destroyBuffer(staging);
      else this.#staging = staging;
      return outputs.map(({ spec }, at) => arrayOf(spec.dtype, bytes.slice(starts[at], starts[at + 1])));
    } catch (error) {
      this.device.destroyBuffer(staging);
      throw error;
    }
  }

  #takeStaging(sizeBytes: number): GPUBuffer {
    const held = this.#staging;
    this.#staging = null;
    if (held && held.size >= sizeBytes) return held;
    if (held) this.device.destroyBuffer(held);
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    return this.device.createBuffer(Math.max(16, sizeBytes), MAP_READ | COPY_DST, 'fetched outputs');
  }

  #submit(
    batch: Batch,
    clock: StepClock,
    options: { readonly dispatchesPerSubmit?: number },
    finish: (encoder: GPUCommandEncoder) => void,
  ): void {
    this.device.requireAlive();
    if (this.#disposed) throw new Error('run: the program was disposed');
    const learningRate = this.#fillUpload(batch, clock);
    const { queue } = this.device.raw;
    queue.writeBuffer(this.#parts.inputBuffer, 0, this.#upload);
    const perSubmit = options.dispatchesPerSubmit ?? Number.POSITIVE_INFINITY;
    for (let first = 0; first < Math.max(1, this.#parts.launches.length); first += perSubmit) {
      const encoder = this.device.raw.createCommandEncoder();
      let pass = encoder.beginComputePass();
      const end = Math.min(this.#parts.launches.length, first + perSubmit);
      for (let i = first; i < end; i++) {
        const launch = this.#parts.launches[i] as Launch;
        if (launch.clears) {
          pass.end();
          encoder.clearBuffer(launch.clears.buffer, launch.clears.offset, launch.clears.sizeBytes);
          pass = encoder.beginComputePass();
        }
        pass.setPipeline(launch.pipeline);
        pass.setBindGroup(0, launch.bindGroup);
        pass.dispatchWorkgroups(...launch.groups);
      }
      pass.end();
      if (end === this.#parts.launches.length) {
        this.#tail(encoder, clock, learningRate);
        finish(encoder);
      }
      queue.submit([encoder.finish()]);
      this.device.counters.submits++;
      this.device.counters.dispatches += end - first;
      if (!Number.isFinite(perSubmit)) break;
    }
  }

  /** Reads a named output of the last run. @throws ShapeError `run/output` */
  async read(name: string): Promise<OutputArray> {
    const { value, spec, sizeBytes } = this.#output(name);
    const bytes = sizeBytes === 0 ? new ArrayBuffer(0) : await this.#readValue(value, sizeBytes);
    return arrayOf(spec.dtype, bytes);
  }

  #output(name: string) {
    const output = this.traced.outputs.get(name);
    if (!output)
      throw new ShapeError(
        'run/output',
        `read: the program has no output "${name}"; it has ${[...this.traced.outputs.keys()].join(', ') || 'none'}.`,
      );
    return { ...output, sizeBytes: elementCount(output.spec.shape) * BYTES_PER_ELEMENT };
  }

  #readValue(value: Value, sizeBytes: number): Promise<ArrayBuffer> {
    const { buffer, offset } = this.#parts.locate(value);
    return readBuffer(this.device, buffer, offset, sizeBytes);
  }

  async readFloats(name: string): Promise<Float32Array<ArrayBuffer>> {
    const values = await this.read(name);
    if (!(values instanceof Float32Array))
      throw new ShapeError('run/dtype', `read: output "${name}" does not hold f32.`);
    return values;
  }

  async readIndices(name: string): Promise<Uint32Array<ArrayBuffer>> {
    const values = await this.read(name);
    if (!(values instanceof Uint32Array))
      throw new ShapeError('run/dtype', `read: output "${name}" does not hold u32.`);
    return values;
  }

  /** Metrics of the steps run since the last call, oldest first; waits for them. */
  metrics(): Promise<StepMetrics[]> {
    return this.ring.drain();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.ring.dispose();
    if (this.#staging) this.device.destroyBuffer(this.#staging);
    for (const buffer of this.#parts.owned) this.device.destroyBuffer(buffer);
  }

  #fillUpload(batch: Batch, clock: StepClock): number {
    for (const [name, { value, spec }] of this.traced.inputs) {
      const given = batch[name];
      if (!given || !sameShape(given.shape, spec.shape) || given.data.length !== elementCount(spec.shape))
        throw new ShapeError(
          'run/input',
          `run: input "${name}" wants ${spec.dtype} [${spec.shape}], got ${given ? `[${given.shape}] (${given.data.length} elements)` : 'nothing'}.`,
        );
      const target = new Uint8Array(this.#upload, value.home?.offsetBytes ?? 0, given.data.byteLength);
      target.set(new Uint8Array(given.data.buffer, given.data.byteOffset, given.data.byteLength));
    }
    return writeStepState(new DataView(this.#upload), clock, this.#parts.optimizer);
  }

  #tail(encoder: GPUCommandEncoder, clock: StepClock, learningRate: number): void {
    for (const { from, toOffsetBytes, sizeBytes } of this.traced.updates) {
      const source = this.#parts.locate(from);
      encoder.copyBufferToBuffer(
        source.buffer,
        source.offset,
        this.#parts.variables.arena('parameters'),
        toOffsetBytes,
        sizeBytes,
      );
    }
    const { loss, status, metrics } = this.traced;
    if (!loss && metrics.size === 0) return;
    if (this.ring.isFull) throw new Error('run: the metric ring is full; call metrics() at least every 64 steps');
    const scalars = [...(status || !loss ? [] : [loss]), ...metrics.values()];
    this.ring.record(
      encoder,
      clock.step,
      learningRate,
      status && this.#parts.locate(status),
      scalars.map(this.#parts.locate),
    );
  }
}

const arrayOf = (dtype: 'f32' | 'u32' | 'i32', bytes: ArrayBuffer): OutputArray =>
  dtype === 'f32' ? new Float32Array(bytes) : dtype === 'u32' ? new Uint32Array(bytes) : new Int32Array(bytes);

function assemble(
  device: GpuDevice,
  variables: Variables,
  traced: TracedProgram,
  optimizer: Optimizer | null,
  pool: ArenaPool,
  compiled: readonly CompiledKernel[],
  owned: GPUBuffer[],
): Program {
  const own = (sizeBytes: number, usage: GPUBufferUsageFlags, label: string): GPUBuffer => {
    const buffer = device.createBuffer(sizeBytes, usage, label);
    owned.push(buffer);
    return buffer;
  };
  const { STORAGE, COPY_DST, COPY_SRC, UNIFORM } = GPUBufferUsage;
  const plan = planArenas(traced.dispatches);
  const arenas = plan.arenaBytes.map((sizeBytes, index) => pool.take(index, sizeBytes));
  const inputBuffer = own(traced.inputBytes, STORAGE | COPY_DST | COPY_SRC, 'inputs');
  const constants = own(Math.max(16, traced.constantBytes), STORAGE | COPY_DST | COPY_SRC, 'constants');
  const status = own(256, STORAGE | COPY_SRC, 'status');
  const packed = own(traced.packedBytes, STORAGE, 'packed weights');
  for (const { value, data } of traced.constants)
    device.raw.queue.writeBuffer(constants, value.home?.offsetBytes ?? 0, data as Float32Array<ArrayBuffer>);
  const locate = (value: Value): Located => {
    if (value.part) {
      const whole = locate(value.part.of);
      return { buffer: whole.buffer, offset: whole.offset + value.part.offsetBytes };
    }
    if (!value.home) {
      const place = plan.placeOf.get(value);
      const buffer = place && arenas[place.arena];
      if (!place || !buffer) throw new Error(`plan: ${value.label} is never written`);
      return { buffer, offset: place.offsetBytes };
    }
    const { buffer, offsetBytes } = value.home;
    if (buffer === 'inputs') return { buffer: inputBuffer, offset: offsetBytes };
    if (buffer === 'constants') return { buffer: constants, offset: offsetBytes };
    if (buffer === 'status') return { buffer: status, offset: offsetBytes };
    if (buffer === 'packed') return { buffer: packed, offset: offsetBytes };
    return { buffer: variables.arena(buffer), offset: offsetBytes };
  };
  const slotBytes = Math.max(
    256,
    ...traced.dispatches.map((dispatch) => alignUp(KERNELS[dispatch.kernel].params.length * 4)),
  );
  const uniforms = own(Math.max(1, traced.dispatches.length) * slotBytes, UNIFORM | COPY_DST, 'params');
  const image = new DataView(new ArrayBuffer(Math.max(1, traced.dispatches.length) * slotBytes));
  const launches = traced.dispatches.map((dispatch, index): Launch => {
    writeParams(image, index * slotBytes, dispatch);
    const { pipeline, layout } = compiled[index] as CompiledKernel;
    const entries = KERNELS[dispatch.kernel].bindings.map((binding, number): GPUBindGroupEntry => {
      if (binding.access === 'uniform')
        return { binding: number, resource: { buffer: uniforms, offset: index * slotBytes, size: slotBytes } };
      const value = dispatch.bind[binding.name] as Value;
      const { buffer, offset } = locate(value);
      return { binding: number, resource: { buffer, offset, size: Math.max(4, Math.ceil(value.sizeBytes / 16) * 16) } };
    });
    device.counters.bindGroups++;
    return {
      pipeline,
      bindGroup: device.raw.createBindGroup({ layout, entries, label: dispatch.kernel }),
      groups: dispatch.groups,
      clears: dispatch.clears ? { ...locate(dispatch.clears), sizeBytes: dispatch.clears.sizeBytes } : null,
    };
  });
  device.raw.queue.writeBuffer(uniforms, 0, image.buffer);
  const report: ProgramReport = {
    dispatchCount: traced.dispatches.length,
    nodeCount: traced.nodeCount,
    arenaBytes: plan.arenaBytes.reduce((total, size) => total + size, 0),
    intermediateBytes: plan.totalBytes,
    pipelineCount: new Set(compiled.map(({ pipeline }) => pipeline)).size,
  };
  const names = [...(traced.loss && !traced.status ? ['loss'] : []), ...traced.metrics.keys()];
  const ring = new MetricRing(device, names, traced.status !== null);
  return new Program({ device, variables, traced, optimizer, report, ring, launches, locate, inputBuffer, owned });
}

/** Fills a kernel's uniform block at `offset`. */
export function writeParams(image: DataView, offset: number, dispatch: Pick<Dispatch, 'kernel' | 'params'>): void {
  KERNELS[dispatch.kernel].params.forEach((field, index) => {
    const value = dispatch.params[field.name];
    if (value === undefined) throw new Error(`${dispatch.kernel}: no value for params.${field.name}`);
    if (field.type === 'f32') image.setFloat32(offset + index * 4, value, true);
    else if (field.type === 'i32') image.setInt32(offset + index * 4, value, true);
    else image.setUint32(offset + index * 4, value, true);
  });
}
