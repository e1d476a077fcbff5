/** This repository's engine under test. */
import type { BenchEngine } from '../workload';
import { openGenerate } from './generate';
import { batched, beam, contrastive, crossEntropy, gather, nearest, square } from './opSteps';
import { openEngine } from './session';
import { openT5 } from './t5Step';

export const engine: BenchEngine = {
  async init() {
    await openEngine();
  },
  workloads: {
    'W1-512': () => square(512),
    'W1-1024': () => square(1024),
    'W1-batch': batched,
    'W2-argmin': nearest,
    'W3-infonce': contrastive,
    'W4-t5': () => openT5(),
    'W5a-gather': gather,
    'W5b-ce25k': crossEntropy,
    'W6-beam': beam,
    'W6-generate': openGenerate,
  },
};
