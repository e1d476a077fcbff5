/**
 * Everything a model keeps between steps, on the GPU: one flat arena of parameters (trainable ones first, those without weight decay behind the others), and, once an
 * optimizer needs them, arenas of the same layout for gradients and moments. Each parameter starts on a 256-byte
 * boundary so that it can be bound on its own; the gaps stay zero.
 */
import { ConfigError, ShapeError } from '../base/errors';
import type { GpuDevice } from '../gpu/device';
import { readBuffer } from '../gpu/readback';
import { initialValues, type ParameterSpec } from '../nn/parameters';
import { BYTES_PER_ELEMENT } from '../tensor/shape';
import { ALIGNMENT_BYTES } from './arena';
import { layoutOf, slotOf, type VariableLayout, type VariableSlot } from './variableLayout';

/** `gradientSum`: running gradient of a batch that is run in parts, with the loss in one more slot behind it. */
export type VariableArena = 'parameters' | 'gradients' | 'gradientSum' | 'moment1' | 'moment2';

export class Variables implements VariableLayout {
  readonly slots: ReadonlyMap<string, VariableSlot>;
  /** Bytes of the trainable part, which comes first. */
  readonly trainableBytes: number;
  /** Bytes of the trainable parameters that weight decay shrinks; they come first of all. */
  readonly decayedBytes: number;
  readonly totalBytes: number;
  readonly #buffers = new Map<VariableArena, GPUBuffer>();

  /** Takes nothing; owns its buffers. @throws ConfigError `model/too-large`, ShapeError `parameters/duplicate` */
  constructor(
    readonly device: GpuDevice,
    specs: readonly ParameterSpec[],
    seed: number,
  ) {
    const layout = layoutOf(specs);
    const offset = layout.totalBytes;
    const limit = Math.min(device.profile.maxBindingBytes, device.profile.maxBufferBytes);
    if (offset > limit)
      throw new ConfigError(
        'model/too-large',
        `model: its parameters take ${offset} bytes, this adapter binds at most ${limit}; choose a smaller preset.`,
      );
    this.slots = layout.slots;
    this.trainableBytes = layout.trainableBytes;
    this.decayedBytes = layout.decayedBytes;
    this.totalBytes = offset;
    const image = new Float32Array(offset / BYTES_PER_ELEMENT);
    for (const slot of layout.slots.values())
      image.set(initialValues(slot.spec, seed), slot.offsetBytes / BYTES_PER_ELEMENT);
    device.raw.queue.writeBuffer(this.arena('parameters'), 0, image);
  }

  /** The arena's buffer; created (zeroed) on first use. */
  arena(name: VariableArena): GPUBuffer {
    const known = this.#buffers.get(name);
    if (known) return known;
    const extra = name === 'gradientSum' ? ALIGNMENT_BYTES : 0;
    const size = name === 'parameters' ? this.totalBytes : this.trainableBytes + extra;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer(size, usage, name);
    this.#buffers.set(name, buffer);
    return buffer;
  }

  hasArena(name: VariableArena): boolean {
    return this.#buffers.has(name);
  }

  /** @throws ShapeError `parameters/unknown` */
  slot(name: string): VariableSlot {
    return slotOf(this, name);
  }

  /** Reads one parameter (or its gradient or moment) back. */
  async read(name: string, arena: VariableArena = 'parameters'): Promise<Float32Array<ArrayBuffer>> {
    const slot = this.slot(name);
    return new Float32Array(await readBuffer(this.device, this.arena(arena), slot.offsetBytes, slot.sizeBytes));
  }

  /** Reads all values of an arena that is in use, by name. */
  async readAll(arena: VariableArena = 'parameters'): Promise<Map<string, Float32Array<ArrayBuffer>>> {
    const size = arena === 'parameters' ? this.totalBytes : this.trainableBytes;
    const bytes = await readBuffer(this.device, this.arena(arena), 0, size);
    const values = new Map<string, Float32Array<ArrayBuffer>>();
    for (const [name, slot] of this.slots)
      if (arena === 'parameters' || slot.spec.isTrainable)
        values.set(name, new Float32Array(bytes.slice(slot.offsetBytes, slot.offsetBytes + slot.sizeBytes)));
    return values;
  }

  /** Overwrites one parameter (or moment). @throws ShapeError `parameters/size` */
  write(name: string, values: Float32Array, arena: VariableArena = 'parameters'): void {
    const slot = this.slot(name);
    this.device.requireAlive();
    if (values.byteLength !== slot.sizeBytes)
      throw new ShapeError(
        'parameters/size',
        `parameters: "${name}" is [${slot.spec.shape}], got ${values.length} values.`,
      );
    this.device.raw.queue.writeBuffer(this.arena(arena), slot.offsetBytes, values as Float32Array<ArrayBuffer>);
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) this.device.destroyBuffer(buffer);
    this.#buffers.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
