/**
 * K-means: Lloyd's iterations from one k-means++ start (Arthur & Vassilvitskii 2007, one candidate a round), O(N·K·D) an
 * iteration. Centres are means in float64. Distances come from `assign`: float64 on the CPU, or the engine's nearest-code
 * kernel (kmeansOnGpu.ts). Equal distances go to the smaller cluster.
 *
 * Empty clusters: each, in ascending order, takes over the point farthest from its centre (ties to the smaller point; a
 * point is taken once and leaves its own cluster's mean), as scikit-learn does. With fewer distinct points than clusters
 * the farthest point lies at distance 0; then the empty cluster keeps its centre, a duplicate that stays unused.
 */
import { ConfigError, FormatError, ShapeError } from '../base/errors';
import { uniformGenerator } from '../base/random';

export interface Assignment {
  /** `[N]` nearest centre. */
  readonly code: Uint32Array;
  /** `[N]` squared distance to it. */
  readonly distance: Float64Array | Float32Array;
}

export interface KmeansOptions {
  /** K, at most N. */
  readonly clusters: number;
  readonly seed: number;
  /** Lloyd's iterations at most; 300 if left out, as in scikit-learn. */
  readonly maxIterations?: number;
  /** Stops when Σ‖centre shift‖² ≤ tolerance · mean variance of the columns; 1e-4 if left out, as in scikit-learn. */
  readonly tolerance?: number;
  /** Nearest centre of every point; the CPU in float64 if left out. */
  readonly assign?: (centres: Float32Array<ArrayBuffer>) => Assignment | Promise<Assignment>;
}

export interface KmeansResult {
  /** `[K, D]`. */
  readonly centres: Float32Array<ArrayBuffer>;
  /** `[N]`: nearest of these centres. */
  readonly code: Uint32Array;
  /** Σ of squared distances. */
  readonly inertia: number;
  readonly iterations: number;
  /** Points given to empty clusters, over all iterations. */
  readonly relocations: number;
}

/**
 * @param points `[n, d]`, borrowed, finite.
 * @throws ShapeError `kmeans/shape`; ConfigError `kmeans/clusters` unless 1 ≤ K ≤ n; FormatError `kmeans/value`
 */
export async function kmeans(
  points: Float32Array,
  n: number,
  d: number,
  options: KmeansOptions,
): Promise<KmeansResult> {
  const { clusters, seed, maxIterations = 300, tolerance = 1e-4 } = options;
  check(points, n, d, clusters);
  const assign = options.assign ?? ((centres) => assignOnCpu(points, n, d, centres));
  const threshold = tolerance * meanVariance(points, n, d);
  let centres = plusPlusStart(points, n, d, clusters, seed);
  let found = await assign(centres);
  let relocations = 0;
  let iterations = 0;
  while (iterations < maxIterations) {
    iterations++;
    const moved = nextCentres(points, n, d, centres, found);
    relocations += moved.relocations;
    let shift = 0;
    for (let i = 0; i < centres.length; i++) shift += ((moved.centres[i] as number) - (centres[i] as number)) ** 2;
    centres = moved.centres;
    const previous = found.code;
    found = await assign(centres);
    if (shift <= threshold || (moved.relocations === 0 && sameCodes(previous, found.code))) break;
  }
  let inertia = 0;
  for (const distance of found.distance) inertia += distance;
  return { centres, code: found.code, inertia, iterations, relocations };
}

/** Nearest centre of each point in float64; the smaller index on ties. */
export function assignOnCpu(points: Float32Array, n: number, d: number, centres: Float32Array): Assignment {
  const clusters = centres.length / Math.max(d, 1);
  const code = new Uint32Array(n);
  const distance = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < clusters; k++) {
      const total = squaredDistance(points, i * d, centres, k * d, d, best);
      if (total < best) {
        best = total;
        code[i] = k;
      }
    }
    distance[i] = best;
  }
  return { code, distance };
}

/** Sum of squared differences; gives up once above `limit`. */
function squaredDistance(a: Float32Array, at: number, b: Float32Array, bt: number, d: number, limit: number): number {
  let total = 0;
  for (let j = 0; j < d && total <= limit; j++) total += ((a[at + j] as number) - (b[bt + j] as number)) ** 2;
  return total;
}

/** First centre uniform, each next one with probability proportional to its squared distance to the centres so far. */
function plusPlusStart(points: Float32Array, n: number, d: number, clusters: number, seed: number) {
  const uniform = uniformGenerator(seed);
  const centres = new Float32Array(clusters * d);
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < clusters; k++) {
    const point = k === 0 ? Math.floor(uniform() * n) : drawProportional(nearest, uniform());
    centres.set(points.subarray(point * d, (point + 1) * d), k * d);
    for (let i = 0; i < n; i++)
      nearest[i] = Math.min(
        nearest[i] as number,
        squaredDistance(points, i * d, centres, k * d, d, nearest[i] as number),
      );
  }
  return centres;
}

/** Index i with probability weights[i] / Σ; uniform if all weights are 0. */
function drawProportional(weights: Float64Array, uniform: number): number {
  let total = 0;
  for (const weight of weights) total += weight;
  if (total === 0) return Math.floor(uniform * weights.length);
  let left = uniform * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    last = i;
    left -= weight;
    if (left < 0) return i;
  }
  return last; // rounding used up the interval: the last point that had weight
}

function nextCentres(points: Float32Array, n: number, d: number, centres: Float32Array, found: Assignment) {
  const clusters = centres.length / Math.max(d, 1);
  const sums = new Float64Array(clusters * d);
  const counts = new Float64Array(clusters);
  const move = (point: number, cluster: number, sign: 1 | -1): void => {
    counts[cluster] = (counts[cluster] as number) + sign;
    for (let j = 0; j < d; j++)
      sums[cluster * d + j] = (sums[cluster * d + j] as number) + sign * (points[point * d + j] as number);
  };
  for (let i = 0; i < n; i++) move(i, found.code[i] as number, 1);
  const empty = [...counts.keys()].filter((k) => counts[k] === 0);
  let relocations = 0;
  if (empty.length > 0) {
    const farthest = Uint32Array.from({ length: n }, (_, i) => i).sort(
      (a, b) => (found.distance[b] as number) - (found.distance[a] as number) || a - b,
    );
    let next = 0;
    for (const cluster of empty) {
      // A cluster's only point stays: moving it would just empty another cluster.
      while (next < n && (counts[found.code[farthest[next] as number] as number] as number) < 2) next++;
      const point = farthest[next++];
      if (point === undefined || found.distance[point] === 0) break;
      move(point, found.code[point] as number, -1);
      move(point, cluster, 1);
      relocations++;
    }
  }
  const moved = new Float32Array(centres);
  for (let k = 0; k < clusters; k++) {
    const count = counts[k] as number;
    if (count > 0) for (let j = 0; j < d; j++) moved[k * d + j] = (sums[k * d + j] as number) / count;
  }
  return { centres: moved, relocations };
}

function meanVariance(points: Float32Array, n: number, d: number): number {
  let total = 0;
  for (let j = 0; j < d; j++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += (points[i * d + j] as number) / n;
    for (let i = 0; i < n; i++) total += ((points[i * d + j] as number) - mean) ** 2 / n;
  }
  return total / Math.max(d, 1);
}

function sameCodes(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((code, i) => code === b[i]);
}

function check(points: Float32Array, n: number, d: number, clusters: number): void {
  if (points.length !== n * d)
    throw new ShapeError(
      'kmeans/shape',
      `kmeans: ${n} points of width ${d} want ${n * d} numbers, came ${points.length}.`,
    );
  if (!Number.isInteger(clusters) || clusters < 1 || clusters > n)
    throw new ConfigError(
      'kmeans/clusters',
      `kmeans: wanted 1 to ${n} clusters for ${n} points, came ${clusters}; ask for fewer.`,
    );
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new FormatError(
      'kmeans/value',
      `kmeans: point ${Math.floor(bad / d)} holds ${points[bad]}; points must be finite.`,
    );
}
