/**
 * The op table: every op has rows of cases; each case is run forward, backward and twice on an adapter and compared with
 * a float64 reference on the CPU. The same table runs in Node, Chromium and Firefox.
 */
import { normalArray, uniformGenerator } from '../../src/base/random';
import type { Tensor } from '../../src/tensor/graph';
import type { Shape } from '../../src/tensor/shape';

export interface CaseInput {
  readonly shape: Shape;
  /** `normal`: N(0,1). `positive`: U(0.5, 2). `awayFromZero`: |x| in (0.3, 2). `{ below }`: integers in [0, below) as u32. Or the values themselves. */
  readonly values: 'normal' | 'positive' | 'awayFromZero' | { readonly below: number } | Uint32Array | Float32Array;
}

/** Reference arrays: f32 inputs as their exact float64 values, u32 inputs as numbers. */
export type Arrays = Readonly<Record<string, Float64Array>>;

export interface OpCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, CaseInput>>;
  /** The op under test; outputs in order. f32 inputs arrive as trainable parameters, u32 ones as batch inputs. */
  readonly build: (tensors: Readonly<Record<string, Tensor>>) => readonly Tensor[];
  /** The same in float64. */
  readonly reference: (arrays: Arrays) => readonly Float64Array[];
  /** |got − want| ≤ atol + rtol |want|; give the reason where it is not the default of reliability.md B1. */
  readonly tolerance?: { readonly atol: number; readonly rtol: number; readonly reason: string };
  /** Inputs whose gradient is checked against central differences of the reference; none if left out. */
  readonly gradients?: readonly string[];
  readonly gradientTolerance?: { readonly atol: number; readonly rtol: number };
}

export interface OpRow {
  /** Names of the ops (as in defineOp) that the cases exercise, forward or backward. */
  readonly ops: readonly string[];
  readonly cases: readonly OpCase[];
}

/** elementwise rtol 1e-5, atol 1e-6 (reliability.md B1). */
export const DEFAULT_TOLERANCE = { atol: 1e-6, rtol: 1e-5, reason: 'elementwise' } as const;
/** Dot products: error ≤ 16 · 2⁻²⁴ · Σ|a·b|; for N(0,1) inputs Σ|a·b| ≈ 0.64 k. */
export const dotTolerance = (k: number): { atol: number; rtol: number; reason: string } => ({
  atol: 16 * 2 ** -24 * 0.8 * k + 1e-6,
  rtol: 1e-5,
  reason: `dot product of length ${k}`,
});

/** The values of a case's input, a pure function of the case's and the input's name. */
export function inputValues(caseName: string, name: string, input: CaseInput): Float32Array | Uint32Array {
  const count = input.shape.reduce((total, size) => total * size, 1);
  const seed = [...`${caseName}/${name}`].reduce(
    (hash, letter) => (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0,
    7,
  );
  const { values } = input;
  if (values instanceof Uint32Array || values instanceof Float32Array) return values;
  if (values === 'normal') return normalArray(count, seed);
  const uniform = uniformGenerator(seed);
  if (values === 'positive') return Float32Array.from({ length: count }, () => 0.5 + 1.5 * uniform());
  if (values === 'awayFromZero')
    return Float32Array.from({ length: count }, () => (uniform() < 0.5 ? -1 : 1) * (0.3 + 1.7 * uniform()));
  return Uint32Array.from({ length: count }, () => Math.floor(uniform() * values.below));
}
