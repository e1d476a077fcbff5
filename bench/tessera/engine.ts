/** This repository's engine under test. */
import type { BenchEngine } from '../workload';
import { batched, beam, crossEntropy, gather, nearest, square } from './opSteps';
import { openEngine } from './session';

export const engine: BenchEngine = {
  async init() {
    await openEngine();
  },
  workloads: {
    'W1-512': () => square(512),
    'W1-1024': () => square(1024),
    'W1-batch': batched,
    'W2-argmin': nearest,
    'W5a-gather': gather,
    'W5b-ce25k': crossEntropy,
    'W6-beam': beam,
  },
};
