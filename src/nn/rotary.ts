/**
 * Rotary positions (Su et al. 2021) in the half-split layout of Llama and Qwen2: for a head x = [x₁ | x₂],
 * y = [x₁ cos θ − x₂ sin θ | x₂ cos θ + x₁ sin θ], θ_{t,i} = t · base^(−i / (Dk/2)). The angles are made on the host: GPU sine may be off by 2^-11.
 */
import { requireShapes, type Tensor } from '../tensor/graph';
import { add, multiply, subtract } from '../tensor/ops/elementwise';
import { constant } from '../tensor/ops/leaves';
import { concat, split } from '../tensor/ops/move';
import { reshape } from '../tensor/ops/views';
import { sizeAt } from '../tensor/shape';

export interface RotaryOptions {
  readonly heads: number;
  readonly headWidth: number;
  readonly base: number;
  /** Position of the first row, 0 by default. */
  readonly first?: number;
}

/** @param x `[B, T, heads · headWidth]`, positions first … first + T − 1. @returns the same shape. @throws ShapeError `tensor/shape` */
export function rotary(x: Tensor, { heads, headWidth, base, first: start = 0 }: RotaryOptions): Tensor {
  const isFit = x.shape.length === 3 && sizeAt(x.shape, 2) === heads * headWidth && headWidth % 2 === 0;
  requireShapes('rotary', isFit, `[B, T, ${heads} · ${headWidth}] with an even head width`, x);
  const [batch, positions] = [sizeAt(x.shape, 0), sizeAt(x.shape, 1)];
  const half = headWidth / 2;
  const rows = positions * heads;
  const [cosine, sine] = [new Float32Array(rows * half), new Float32Array(rows * half)];
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < half; i++) {
      const angle = (start + Math.floor(row / heads)) * base ** (-i / half);
      cosine[row * half + i] = Math.cos(angle);
      sine[row * half + i] = Math.sin(angle);
    }
  const [cos, sin] = [constant(cosine, [rows, 1, half]), constant(sine, [rows, 1, half])];
  const [first, second] = split(reshape(x, [batch, rows, 2, half]), 2, [1, 1]) as [Tensor, Tensor];
  const turned = [
    subtract(multiply(first, cos), multiply(second, sin)),
    add(multiply(second, cos), multiply(first, sin)),
  ];
  return reshape(concat(turned, 2), x.shape);
}
