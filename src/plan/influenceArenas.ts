/**
 * Arenas for data influence (mtgrec.md §6.1), laid out like a model's gradient arena: one running sum of batch gradients,
 * and up to C directions Γ_i preconditioned with the model's own AdamW moments, which are read and never written. Dot
 * products of all held directions with the current sum are one column of the influence matrix; only those scalars leave
 * the GPU.
 *
 * Memory: (C + 1) arenas. C is what fits into `BUDGET_BYTES` and into the adapter's buffers; callers with more
 * tokenizers than C work in chunks of C directions and compute the validation gradients again for every chunk (instead
 * of keeping K arenas): K training passes and K · ⌈K / C⌉ validation passes.
 */
import { readBuffer } from '../gpu/readback';
import { BYTES_PER_ELEMENT } from '../tensor/shape';
import { groupsFor } from './dispatch';
import { KernelLaunch } from './kernelLaunch';
import type { Variables } from './variables';

const LANES = 64;
/** Partial sums a dot product: enough to fill a large GPU, few enough for one closing group. */
const DOT_GROUPS = 256;
/** Directions take at most this; a quarter of what small GPUs have. 25 tokenizers of a 2.5 million value model fit. */
const BUDGET_BYTES = 256 * 2 ** 20;
/** AdamW's numbers in the reference; the trainer uses the same β. */
const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 } as const;

/** Directions held at a time for `wanted` tokenizers: all of them if they fit. */
export function directionsHeld(variables: Variables, wanted: number): number {
  const bytes = Math.min(BUDGET_BYTES, variables.device.profile.maxBufferBytes);
  return Math.max(1, Math.min(wanted, Math.floor(bytes / variables.trainableBytes)));
}

export class InfluenceArenas {
  readonly #buffers: GPUBuffer[] = [];
  readonly #count: number;
  readonly #groups: number;
  #hasSum = false;
  #accumulate: KernelLaunch | null = null;
  #close: KernelLaunch | null = null;
  #directions: { readonly precondition: KernelLaunch; readonly dot: KernelLaunch }[] = [];
  #result: GPUBuffer | null = null;

  private constructor(
    readonly variables: Variables,
    readonly capacity: number,
  ) {
    this.#count = variables.trainableBytes / BYTES_PER_ELEMENT;
    this.#groups = Math.min(DOT_GROUPS, Math.max(1, Math.ceil(this.#count / LANES)));
  }

  /** Arenas for `capacity` directions of a model. Borrows the variables; the caller disposes. @throws OutOfMemoryError */
  static async create(variables: Variables, capacity: number): Promise<InfluenceArenas> {
    const arenas = new InfluenceArenas(variables, capacity);
    try {
      await arenas.#allocate();
      return arenas;
    } catch (error) {
      arenas.dispose();
      throw error;
    }
  }

  async #allocate(): Promise<void> {
    const { variables, capacity } = this;
    const { device, trainableBytes } = variables;
    const { STORAGE, COPY_SRC } = GPUBufferUsage;
    const own = (sizeBytes: number, label: string) => {
      const buffer = device.createBuffer(sizeBytes, STORAGE | COPY_SRC, label);
      this.#buffers.push(buffer);
      return { buffer, offsetBytes: 0, sizeBytes };
    };
    const whole = (arena: 'gradients' | 'moment1' | 'moment2') => ({
      buffer: variables.arena(arena),
      offsetBytes: 0,
      sizeBytes: trainableBytes,
    });
    const rowBytes = this.#groups * BYTES_PER_ELEMENT;
    const [sum, directions, partial, result] = await device.guarded('influence arenas', () => [
      own(trainableBytes, 'gradient sum'),
      own(capacity * trainableBytes, 'influence directions'),
      own(capacity * rowBytes, 'influence partials'),
      own(Math.max(16, capacity * BYTES_PER_ELEMENT), 'influence column'),
    ]);
    if (!sum || !directions || !partial || !result) throw new Error('influence arenas: not allocated');
    this.#result = result.buffer;
    this.#accumulate = await KernelLaunch.create(
      device,
      'gradient_accumulate',
      { LANES },
      { gradient: whole('gradients'), sum },
    );
    this.#close = await KernelLaunch.create(device, 'reduce_sum', { LANES }, { x: partial, y: result });
    for (let slot = 0; slot < capacity; slot++) {
      const direction = { ...directions, offsetBytes: slot * trainableBytes, sizeBytes: trainableBytes };
      this.#directions.push({
        precondition: await KernelLaunch.create(
          device,
          'influence_direction',
          { LANES },
          { gradient: sum, moment1: whole('moment1'), moment2: whole('moment2'), direction },
        ),
        dot: await KernelLaunch.create(device, 'influence_dot', { LANES }, { direction, gradient: sum, partial }),
      });
    }
  }

  /** Begins a new sum. */
  clear(): void {
    this.#hasSum = false;
  }

  /** Adds `weight` times the gradients of the last step to the sum. */
  add(weight: number): void {
    this.#accumulate?.run({ count: this.#count, weight, keep: this.#hasSum ? 1 : 0 }, groupsFor(this.#count, LANES));
    this.#hasSum = true;
  }

  /** Turns the sum into direction `slot`. */
  keepDirection(slot: number): void {
    this.#directions[slot]?.precondition.run({ count: this.#count, ...ADAM }, groupsFor(this.#count, LANES));
  }

  /** ⟨Γ_slot, sum⟩ for the first `slots` directions. */
  async dots(slots: number): Promise<Float32Array<ArrayBuffer>> {
    for (let row = 0; row < slots; row++)
      this.#directions[row]?.dot.run({ count: this.#count, row }, [this.#groups, 1, 1]);
    this.#close?.run({ outputs: slots, middle: this.#groups, inner: 1, scale: 1 }, [slots, 1, 1]);
    if (!this.#result) throw new Error('influence arenas: disposed');
    return new Float32Array(await readBuffer(this.variables.device, this.#result, 0, slots * BYTES_PER_ELEMENT));
  }

  dispose(): void {
    this.#accumulate?.dispose();
    this.#close?.dispose();
    for (const { precondition, dot } of this.#directions) {
      precondition.dispose();
      dot.dispose();
    }
    this.#directions = [];
    for (const buffer of this.#buffers.splice(0)) this.variables.device.destroyBuffer(buffer);
    this.#result = null;
  }
}
