/**
 * Seeded generators for host-side randomness (initial weights, shuffles). The GPU has its own counter-based
 * generator in shaders/lib/random.wgsl; the two never share a stream.
 */

/** mulberry32: 32 bits of state, uniform in [0, 1). Same constants as the peer benchmark, so its data can be rebuilt. */
export function uniformGenerator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` normal deviates of standard deviation `scale` by Box–Muller, pairwise from one `uniformGenerator(seed)`. */
export function normalArray(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const uniform = uniformGenerator(seed);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    out[i] = scale * radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = scale * radius * Math.sin(angle);
  }
  return out;
}

/** Fisher–Yates in place, driven by `uniform`. */
export function shuffleInPlace(values: Uint32Array | Int32Array | number[], uniform: () => number): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const held = values[i] as number;
    values[i] = values[j] as number;
    values[j] = held;
  }
}

/** Mixes integers into one 32-bit seed (splitmix-style finaliser), for independent streams from one run seed. */
export function mixSeed(...parts: number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part >>> 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
