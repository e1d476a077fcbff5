import type { BenchEngine, EngineName } from './workload';

/** Loads an engine; only the one under test is evaluated. */
export function loadEngine(name: EngineName): Promise<{ readonly engine: BenchEngine }> {
  if (name === 'tessera') return import('./tessera/engine');
  if (name === 'steps') return import('./tessera/stepwise');
  if (name === 'half') return import('./tessera/half');
  if (name === 'wasm') return import('./peers/ortWasm');
  if (name === 'jax') return import('./peers/jax');
  if (name === 'tfjs') return import('./peers/tfjs');
  return import('./peers/ort');
}
