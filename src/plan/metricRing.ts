/**
 * Losses leave the GPU without stalling it: each step copies its scalars into one row of a ring buffer; every few steps
 * the rows are copied to a staging buffer and mapped while later steps run.
 */
import type { GpuDevice } from '../gpu/device';
import { readStaging } from '../gpu/readback';

const ROWS = 64;
const ROW_WORDS = 16;
const ROW_BYTES = ROW_WORDS * 4;
/** Words 0–3 of a row are the optimizer's status; the program's own metrics follow. */
export const STATUS_WORDS = 4;
export const MAX_METRICS = ROW_WORDS - STATUS_WORDS;

export interface StepMetrics {
  readonly step: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly isFinite: boolean;
  readonly learningRate: number;
  readonly extra: Readonly<Record<string, number>>;
}

export class MetricRing {
  readonly #ring: GPUBuffer;
  readonly #staging: GPUBuffer;
  readonly #pending: { step: number; learningRate: number }[] = [];
  #reading: Promise<void> | null = null;

  constructor(
    readonly device: GpuDevice,
    readonly names: readonly string[],
    readonly hasOptimizer: boolean,
  ) {
    if (names.length > MAX_METRICS)
      throw new Error(`metrics: at most ${MAX_METRICS} scalars a step, got ${names.length}`);
    this.#ring = device.createBuffer(
      ROWS * ROW_BYTES,
      GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      'metric ring',
    );
    this.#staging = device.createBuffer(
      ROWS * ROW_BYTES,
      GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
      'metric staging',
    );
  }

  /** True when the ring must be drained before another step is recorded. */
  get isFull(): boolean {
    return this.#pending.length >= ROWS;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Records the copies of one step. */
  record(
    encoder: GPUCommandEncoder,
    step: number,
    learningRate: number,
    status: { buffer: GPUBuffer; offset: number } | null,
    scalars: readonly { buffer: GPUBuffer; offset: number }[],
  ): void {
    const row = this.#pending.length * ROW_BYTES;
    if (status) encoder.copyBufferToBuffer(status.buffer, status.offset, this.#ring, row, STATUS_WORDS * 4);
    scalars.forEach((scalar, index) => {
      encoder.copyBufferToBuffer(scalar.buffer, scalar.offset, this.#ring, row + (STATUS_WORDS + index) * 4, 4);
    });
    this.#pending.push({ step, learningRate });
  }

  /** Waits for the recorded steps and returns their metrics, oldest first. */
  async drain(): Promise<StepMetrics[]> {
    while (this.#reading) await this.#reading;
    const steps = this.#pending.splice(0);
    if (steps.length === 0) return [];
    let release = (): void => {};
    this.#reading = new Promise((resolve) => {
      release = () => {
        this.#reading = null;
        resolve();
      };
    });
    try {
      const size = steps.length * ROW_BYTES;
      const encoder = this.device.raw.createCommandEncoder();
      encoder.copyBufferToBuffer(this.#ring, 0, this.#staging, 0, size);
      this.device.raw.queue.submit([encoder.finish()]);
      this.device.counters.submits++;
      const words = new Float32Array(await readStaging(this.device, this.#staging, size));
      return steps.map(({ step, learningRate }, index) =>
        this.#row(words.subarray(index * ROW_WORDS, (index + 1) * ROW_WORDS), step, learningRate),
      );
    } finally {
      release();
    }
  }

  #row(words: Float32Array, step: number, learningRate: number): StepMetrics {
    const at = (index: number): number => words[index] ?? Number.NaN;
    const extra = Object.fromEntries(this.names.map((name, index) => [name, at(STATUS_WORDS + index)]));
    const loss = this.hasOptimizer ? at(3) : (extra['loss'] ?? Number.NaN);
    return {
      step,
      learningRate,
      loss,
      gradientNorm: at(0),
      isFinite: this.hasOptimizer ? at(2) === 1 : Number.isFinite(loss),
      extra,
    };
  }

  dispose(): void {
    this.device.destroyBuffer(this.#ring);
    this.device.destroyBuffer(this.#staging);
  }
}
