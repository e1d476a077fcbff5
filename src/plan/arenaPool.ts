import type { GpuDevice } from '../gpu/device';

/**
 * Intermediate arenas shared by all programs of an engine: programs run one after another in queue order, so a training
 * step and its evaluation twin may use the same bytes. What a program reads after a run must be read before another
 * program of the same engine runs.
 */
export class ArenaPool {
  readonly #buffers: GPUBuffer[][] = [];

  constructor(readonly device: GpuDevice) {}

  /** A buffer of at least `sizeBytes` for arena `index`; the pool keeps it. */
  take(index: number, sizeBytes: number): GPUBuffer {
    const buffers = this.#buffers[index] ?? [];
    this.#buffers[index] = buffers;
    const fitting = buffers.find((buffer) => buffer.size >= sizeBytes);
    if (fitting) return fitting;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer(sizeBytes, usage, `arena ${index}`);
    buffers.push(buffer);
    return buffer;
  }

  dispose(): void {
    for (const buffers of this.#buffers) for (const buffer of buffers) this.device.destroyBuffer(buffer);
    this.#buffers.length = 0;
  }
}
