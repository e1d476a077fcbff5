/**
 * Where a model's parameters lie in their arena: trainable ones first, those without weight decay behind the others; each starts
 * on a 256-byte boundary. Known from the shapes alone, without a device.
 */
import { ShapeError } from '../base/errors';
import { type ParameterSpec, requireUniqueNames } from '../nn/parameters';
import { BYTES_PER_ELEMENT, elementCount } from '../tensor/shape';
import { alignUp } from './arena';

export interface VariableSlot {
  readonly spec: ParameterSpec;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export interface VariableLayout {
  readonly slots: ReadonlyMap<string, VariableSlot>;
  /** Bytes of the trainable part, which comes first. */
  readonly trainableBytes: number;
  /** Bytes of the trainable parameters that weight decay shrinks; they come first of all. */
  readonly decayedBytes: number;
  readonly totalBytes: number;
}

/** @throws ShapeError `parameters/duplicate` */
export function layoutOf(specs: readonly ParameterSpec[]): VariableLayout {
  requireUniqueNames(specs);
  const trained = specs.filter(({ isTrainable }) => isTrainable);
  const ordered = [
    ...trained.filter(({ isDecayed = true }) => isDecayed),
    ...trained.filter(({ isDecayed = true }) => !isDecayed),
    ...specs.filter(({ isTrainable }) => !isTrainable),
  ];
  const slots = new Map<string, VariableSlot>();
  let offset = 0;
  let trainableBytes = 0;
  let decayedBytes = 0;
  for (const spec of ordered) {
    const sizeBytes = elementCount(spec.shape) * BYTES_PER_ELEMENT;
    slots.set(spec.name, { spec, offsetBytes: offset, sizeBytes });
    offset += alignUp(sizeBytes);
    if (spec.isTrainable) trainableBytes = offset;
    if (spec.isTrainable && (spec.isDecayed ?? true)) decayedBytes = offset;
  }
  return { slots, trainableBytes, decayedBytes, totalBytes: offset };
}

/** @throws ShapeError `parameters/unknown` */
export function slotOf({ slots }: Pick<VariableLayout, 'slots'>, name: string): VariableSlot {
  const slot = slots.get(name);
  if (!slot) throw new ShapeError('parameters/unknown', `parameters: there is no "${name}".`);
  return slot;
}
