import { beforeEach, describe, expect, it } from 'vitest';
import { appendRows, clearCurves, curveOf, phaseEndsOf } from './curves';

const row = (step: number, epoch: number) => ({
  run: 'tokenizer' as const,
  step,
  epoch,
  seconds: 0,
  values: { loss: step },
});

describe('phases of a run', () => {
  beforeEach(() => clearCurves('tokenizer'));

  it('keeps the curve of pre-training and says where fine-tuning begins', () => {
    appendRows([row(10, 1), row(20, 2), row(30, 3)]);
    expect(phaseEndsOf('tokenizer')).toEqual([]);
    appendRows([row(35, 1), row(40, 2)]);
    expect(phaseEndsOf('tokenizer')).toEqual([30]);
    expect([...curveOf('tokenizer', 'loss').steps]).toEqual([10, 20, 30, 35, 40]);
    appendRows([row(44, 1)]);
    expect(phaseEndsOf('tokenizer')).toEqual([30, 40]);
  });

  it('takes going back to a checkpoint for no new phase, and forgets phases that were left', () => {
    appendRows([row(10, 1), row(20, 2), row(25, 1), row(30, 2)]);
    expect(phaseEndsOf('tokenizer')).toEqual([20]);
    appendRows([row(25, 1)]);
    expect(phaseEndsOf('tokenizer')).toEqual([20]);
    appendRows([row(10, 1)]);
    expect(phaseEndsOf('tokenizer')).toEqual([]);
    expect(phaseEndsOf('recommender')).toEqual([]);
  });
});
