/** Data influence in float64 on the CPU, one line a formula (mtgrec.md §6.1): what the GPU version is judged by. */

/** Γ = (0.9 m + 0.1 G) / sqrt(0.999 v + 0.001 G² + 1e−8): ε inside the root, no bias correction, no decay. */
export function adamDirection(
  moment1: ArrayLike<number>,
  moment2: ArrayLike<number>,
  gradient: ArrayLike<number>,
): Float64Array {
  return Float64Array.from({ length: gradient.length }, (_, i) => {
    const g = gradient[i] as number;
    return (0.9 * (moment1[i] as number) + 0.1 * g) / Math.sqrt(0.999 * (moment2[i] as number) + 0.001 * g * g + 1e-8);
  });
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** S_ij = ⟨Γ_i, g_j⟩ from training gradients G [K][P] and validation gradients g [K][P]. */
export function influenceMatrix(
  moments: { readonly moment1: ArrayLike<number>; readonly moment2: ArrayLike<number> },
  training: readonly ArrayLike<number>[],
  validation: readonly ArrayLike<number>[],
): number[][] {
  return training.map((gradient) => {
    const direction = adamDirection(moments.moment1, moments.moment2, gradient);
    return validation.map((other) => dot(direction, other));
  });
}
