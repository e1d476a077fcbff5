/** One kernel over buffers that the caller holds, outside of a compiled step: bound once, launched with changing numbers. */
import type { GpuDevice } from '../gpu/device';
import { KERNELS, type KernelName } from '../gpu/generated/kernels.gen';
import { writeParams } from './program';

export interface BufferSlice {
  readonly buffer: GPUBuffer;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export class KernelLaunch {
  readonly #uniform: GPUBuffer;
  readonly #bindGroup: GPUBindGroup;
  readonly #image: DataView<ArrayBuffer>;

  private constructor(
    readonly device: GpuDevice,
    readonly kernel: KernelName,
    readonly pipeline: GPUComputePipeline,
    layout: GPUBindGroupLayout,
    bind: Readonly<Record<string, BufferSlice>>,
  ) {
    const sizeBytes = Math.max(16, Math.ceil((KERNELS[kernel].params.length * 4) / 16) * 16);
    this.#image = new DataView(new ArrayBuffer(sizeBytes));
    this.#uniform = device.createBuffer(
      sizeBytes,
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      `${kernel} params`,
    );
    const entries = KERNELS[kernel].bindings.map((binding, number): GPUBindGroupEntry => {
      if (binding.access === 'uniform') return { binding: number, resource: { buffer: this.#uniform } };
      const slice = bind[binding.name];
      if (!slice) throw new Error(`${kernel}: binding ${binding.name} has no buffer`);
      const { buffer, offsetBytes: offset, sizeBytes: size } = slice;
      return { binding: number, resource: { buffer, offset, size } };
    });
    device.counters.bindGroups++;
    this.#bindGroup = device.raw.createBindGroup({ layout, entries, label: kernel });
  }

  /** Borrows the buffers; the caller disposes. */
  static async create(
    device: GpuDevice,
    kernel: KernelName,
    overrides: Readonly<Record<string, number>>,
    bind: Readonly<Record<string, BufferSlice>>,
  ): Promise<KernelLaunch> {
    const { pipeline, layout } = await device.kernel(kernel, overrides);
    return device.guarded(kernel, () => new KernelLaunch(device, kernel, pipeline, layout, bind));
  }

  /** Submits one launch, in order with everything else on the queue. @throws DeviceLostError */
  run(params: Readonly<Record<string, number>>, groups: readonly [number, number, number]): void {
    const { device } = this;
    device.requireAlive();
    writeParams(this.#image, 0, { kernel: this.kernel, params });
    device.raw.queue.writeBuffer(this.#uniform, 0, this.#image.buffer);
    const encoder = device.raw.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.#bindGroup);
    pass.dispatchWorkgroups(...groups);
    pass.end();
    device.raw.queue.submit([encoder.finish()]);
    device.counters.submits++;
    device.counters.dispatches++;
  }

  dispose(): void {
    this.device.destroyBuffer(this.#uniform);
  }
}
