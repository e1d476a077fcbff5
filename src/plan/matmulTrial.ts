/** One matrix product outside a program, with the kernel family forced: what the tuner times and the tests compare. */
import type { CompiledKernel, GpuDevice } from '../gpu/device';
import { KERNELS } from '../gpu/generated/kernels.gen';
import { readBuffer } from '../gpu/readback';
import type { MatmulAttributes } from '../tensor/ops/matmul';
import type { Dispatch, Value } from './dispatch';
import { lowerMatmul, type MatmulContext } from './lower/matmul';
import type { MatmulChoice } from './matmulChoice';

const UNIFORM_SLOT_BYTES = 256;

interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number, number];
}

export interface MatmulOperands {
  /** u32: f16, two a word (ops/half.ts). */
  readonly a: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  readonly b: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** For the epilogues that take one. */
  readonly aux: Float32Array<ArrayBuffer> | null;
}

export class MatmulTrial {
  readonly kernels: readonly string[];
  readonly #device: GpuDevice;
  readonly #launches: readonly Launch[];
  readonly #owned: readonly GPUBuffer[];
  readonly #result: GPUBuffer;
  readonly #resultBytes: number;

  private constructor(
    device: GpuDevice,
    dispatches: readonly Dispatch[],
    launches: readonly Launch[],
    owned: readonly GPUBuffer[],
    result: GPUBuffer,
    resultBytes: number,
  ) {
    this.kernels = dispatches.map(({ kernel }) => kernel);
    this.#device = device;
    this.#launches = launches;
    this.#owned = owned;
    this.#result = result;
    this.#resultBytes = resultBytes;
  }

  /** Compiles and binds; the caller disposes. `operands` has the memory layout that `attributes` describes. */
  static async build(
    device: GpuDevice,
    attributes: MatmulAttributes,
    operands: MatmulOperands,
    choice: MatmulChoice,
  ): Promise<MatmulTrial> {
    const dispatches: Dispatch[] = [];
    let count = 0;
    const value = (sizeBytes: number, label: string): Value => ({
      id: count++,
      sizeBytes,
      label,
      home: null,
      isKept: false,
    });
    const given = {
      a: value(operands.a.byteLength, 'a'),
      b: value(operands.b.byteLength, 'b'),
      aux: operands.aux && value(operands.aux.byteLength, 'aux'),
    };
    const result = value(attributes.batch * attributes.m * attributes.n * 4, 'c');
    const context: MatmulContext = {
      profile: device.profile,
      scratch: value,
      dispatch: (dispatch) => void dispatches.push(dispatch),
      memo: (_key, make) => make(),
      packParameter: () => {
        throw new Error('matmul trial: operands are no parameters');
      },
    };
    const halves = { halfA: operands.a instanceof Uint32Array, halfB: operands.b instanceof Uint32Array };
    lowerMatmul(context, attributes, { ...given, ...halves, c: result }, choice);
    const compiled = await Promise.all(dispatches.map(({ kernel, overrides }) => device.kernel(kernel, overrides)));
    const owned: GPUBuffer[] = [];
    const { STORAGE, COPY_DST, COPY_SRC, UNIFORM } = GPUBufferUsage;
    const make = (sizeBytes: number, usage: number, label: string): GPUBuffer => {
      const buffer = device.createBuffer(Math.ceil(sizeBytes / 16) * 16, usage | COPY_DST, label);
      owned.push(buffer);
      return buffer;
    };
    try {
      return await device.guarded('matmul trial', () => {
        const buffers = new Map<Value, GPUBuffer>();
        for (const used of dispatches.flatMap(({ bind }) => Object.values(bind)))
          if (!buffers.has(used)) buffers.set(used, make(used.sizeBytes, STORAGE | COPY_SRC, used.label));
        const { queue } = device.raw;
        for (const name of ['a', 'b', 'aux'] as const) {
          const target = given[name] && buffers.get(given[name]);
          const data = operands[name];
          if (target && data) queue.writeBuffer(target, 0, data);
        }
        const uniforms = make(dispatches.length * UNIFORM_SLOT_BYTES, UNIFORM, 'params');
        const image = new DataView(new ArrayBuffer(dispatches.length * UNIFORM_SLOT_BYTES));
        const launches = dispatches.map((dispatch, index): Launch => {
          fillParams(image, index * UNIFORM_SLOT_BYTES, dispatch);
          const { pipeline, layout } = compiled[index] as CompiledKernel;
          const entries = KERNELS[dispatch.kernel].bindings.map((binding, number): GPUBindGroupEntry => {
            if (binding.access === 'uniform')
              return {
                binding: number,
                resource: { buffer: uniforms, offset: index * UNIFORM_SLOT_BYTES, size: UNIFORM_SLOT_BYTES },
              };
            return {
              binding: number,
              resource: { buffer: buffers.get(dispatch.bind[binding.name] as Value) as GPUBuffer },
            };
          });
          return {
            pipeline,
            bindGroup: device.raw.createBindGroup({ layout, entries, label: dispatch.kernel }),
            groups: dispatch.groups,
          };
        });
        queue.writeBuffer(uniforms, 0, image.buffer);
        return new MatmulTrial(device, dispatches, launches, owned, buffers.get(result) as GPUBuffer, result.sizeBytes);
      });
    } catch (error) {
      for (const buffer of owned) device.destroyBuffer(buffer);
      throw error;
    }
  }

  /** Submits the product `repeats` times and waits for it. */
  async run(repeats = 1): Promise<void> {
    const encoder = this.#device.raw.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let repeat = 0; repeat < repeats; repeat++)
      for (const launch of this.#launches) {
        pass.setPipeline(launch.pipeline);
        pass.setBindGroup(0, launch.bindGroup);
        pass.dispatchWorkgroups(...launch.groups);
      }
    pass.end();
    this.#device.raw.queue.submit([encoder.finish()]);
    this.#device.counters.submits++;
    await this.#device.raw.queue.onSubmittedWorkDone();
  }

  async read(): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array(await readBuffer(this.#device, this.#result, 0, this.#resultBytes));
  }

  dispose(): void {
    for (const buffer of this.#owned) this.#device.destroyBuffer(buffer);
  }
}

function fillParams(image: DataView, offset: number, { kernel, params }: Dispatch): void {
  KERNELS[kernel].params.forEach(({ name, type }, index) => {
    const field = params[name] ?? 0;
    if (type === 'f32') image.setFloat32(offset + index * 4, field, true);
    else image.setUint32(offset + index * 4, field, true);
  });
}
