/** Our own kernels, step by step: what a search costs without the whole of it in one submit. */
import type { BenchEngine } from '../workload';
import { openStepwise } from './generate';
import { openEngine } from './session';

export const engine: BenchEngine = {
  async init() {
    await openEngine();
  },
  workloads: { 'W6-generate': openStepwise },
};
