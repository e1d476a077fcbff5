/** Our own training step with activations kept as f16 (ADR 10). */
import type { BenchEngine } from '../workload';
import { openEngine } from './session';
import { openT5 } from './t5Step';

export const engine: BenchEngine = {
  async init() {
    await openEngine();
  },
  workloads: { 'W4-t5': () => openT5('f16') },
};
