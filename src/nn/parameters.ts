import { ShapeError } from '../base/errors';
import { mixSeed, normalArray, uniformGenerator } from '../base/random';
import { elementCount, type Shape } from '../tensor/shape';

/** How a parameter starts. `normal`: N(0, scale²). `uniform`: U(−scale, scale). */
export type Initialisation =
  | { readonly kind: 'normal'; readonly scale: number }
  | { readonly kind: 'uniform'; readonly scale: number }
  | { readonly kind: 'fill'; readonly value: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly init: Initialisation;
  /** False for states and frozen weights: no gradient, no optimizer moments. */
  readonly isTrainable: boolean;
  /** False: AdamW's weight decay leaves it alone (biases and norms, where a model asks for that). */
  readonly isDecayed?: boolean;
}

export const normalInit = (scale: number): Initialisation => ({ kind: 'normal', scale });
export const fillInit = (value: number): Initialisation => ({ kind: 'fill', value });
/** PyTorch's default for a linear layer of `fanIn` inputs: U(−1/√fanIn, 1/√fanIn), weight and bias alike. */
export const linearInit = (fanIn: number): Initialisation => ({ kind: 'uniform', scale: 1 / Math.sqrt(fanIn) });

export function parameter(name: string, shape: Shape, init: Initialisation, isTrainable = true): ParameterSpec {
  return { name, shape, init, isTrainable };
}

/** Initial values; each parameter has its own stream, so adding one does not change the others. */
export function initialValues(spec: ParameterSpec, seed: number): Float32Array<ArrayBuffer> {
  const count = elementCount(spec.shape);
  const stream = mixSeed(seed, ...[...spec.name].map((letter) => letter.codePointAt(0) ?? 0));
  if (spec.init.kind === 'fill') return new Float32Array(count).fill(spec.init.value);
  if (spec.init.kind === 'normal') return normalArray(count, stream, spec.init.scale);
  const uniform = uniformGenerator(stream);
  const { scale } = spec.init;
  return Float32Array.from({ length: count }, () => (2 * uniform() - 1) * scale);
}

/** Number of trainable values. */
export function trainableCount(specs: readonly ParameterSpec[]): number {
  return specs.reduce((total, spec) => total + (spec.isTrainable ? elementCount(spec.shape) : 0), 0);
}

/** @throws ShapeError `parameters/duplicate` */
export function requireUniqueNames(specs: readonly ParameterSpec[]): void {
  const seen = new Set<string>();
  for (const { name } of specs) {
    if (seen.has(name)) throw new ShapeError('parameters/duplicate', `parameters: "${name}" is declared twice.`);
    seen.add(name);
  }
}
