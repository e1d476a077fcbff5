// What the engine promises ("must"): ratios of medians against each peer in the same run, and what a step may cost.

/** workload → adapter → peer → least ratio (peer's median / ours). */
const RATIOS = {
  'W1-512': { lavapipe: { jax: 2.5, tfjs: 3 }, swiftshader: { jax: 2, tfjs: 7, ort: 7 } },
  'W1-1024': { lavapipe: { jax: 2.5, tfjs: 3 }, swiftshader: { jax: 2, tfjs: 7, ort: 7 } },
  'W1-batch': { lavapipe: { jax: 1.8, tfjs: 1.5 }, swiftshader: { jax: 1.8, tfjs: 2, ort: 3 } },
  'W2-argmin': { lavapipe: { jax: 3, tfjs: 5 }, swiftshader: { jax: 1.2, tfjs: 8, ort: 2.5 } },
  'W3-infonce': { lavapipe: { jax: 3, tfjs: 4 }, swiftshader: { jax: 1.5, tfjs: 6 } },
  'W4-t5': { lavapipe: { jax: 1.5, tfjs: 2 }, swiftshader: { jax: 1.3, tfjs: 7 } },
  'W5a-gather': { lavapipe: { jax: 4, tfjs: 30 }, swiftshader: { jax: 2, tfjs: 30 } },
  'W5b-ce25k': { lavapipe: { jax: 12, tfjs: 8 }, swiftshader: { jax: 4, tfjs: 8 } },
  'W6-beam': { lavapipe: { jax: 3, tfjs: 2.5 }, swiftshader: { jax: 10, tfjs: 2.5, ort: 2 } },
  'W6-generate': { lavapipe: { wasm: 5, steps: 3 }, swiftshader: { ort: 5, wasm: 5, steps: 3 } },
};

/** Most that one T5 step may use. */
const STEP_LIMITS = { dispatches: 250, submits: 2, bindGroups: 0, buffersCreated: 0, peakMB: 200 };
/** Longest first T5 step, in milliseconds; on lavapipe with a cold shader cache. */
const FIRST_STEP_MS = { lavapipe: 15_000, swiftshader: 5_000 };

/** Least ratio against `peer`, or null where none is promised. */
export const targetRatio = (workload, adapter, peer) => RATIOS[workload]?.[adapter]?.[peer] ?? null;

/** Sentences on what a T5 record of ours exceeds; empty if nothing. */
export function exceededLimits(record) {
  // A whole search of a batch is one submit, its results included.
  if (record.workload === 'W6-generate' && record.submits > 1) return [`submits ${record.submits}, at most 1`];
  if (record.workload !== 'W4-t5' || record.ms === undefined) return [];
  const exceeded = Object.entries(STEP_LIMITS)
    .filter(([name, limit]) => record[name] > limit)
    .map(([name, limit]) => `${name} ${record[name]}, at most ${limit}`);
  const firstLimit = FIRST_STEP_MS[record.adapter];
  if (firstLimit && record.firstMs > firstLimit)
    exceeded.push(`first step ${record.firstMs} ms, at most ${firstLimit}`);
  return exceeded;
}
