import { describe, expect, it } from 'vitest';
import { nextStep } from './nextStep';

const START = { hasData: true, tokenizer: 'none', recommender: 'none', hasModel: false } as const;

describe('nextStep', () => {
  it('follows the path from data to recommendations', () => {
    expect(nextStep({ ...START, hasData: false }).path).toBe('/data');
    expect(nextStep(START).words).toBe('Train the tokenizer');
    expect(nextStep({ ...START, tokenizer: 'done' }).words).toBe('Train the recommender');
    expect(nextStep({ ...START, tokenizer: 'done', recommender: 'done', hasModel: true }).path).toBe('/demo');
  });

  it('goes on with what was interrupted and watches what runs', () => {
    expect(nextStep({ ...START, tokenizer: 'stopped' }).words).toBe('Go on with the tokenizer');
    expect(nextStep({ ...START, tokenizer: 'done', recommender: 'stopped', hasModel: true }).words).toBe(
      'Go on with the recommender',
    );
    expect(nextStep({ ...START, tokenizer: 'running' }).words).toBe('Watch the tokenizer train');
    expect(nextStep({ ...START, tokenizer: 'done', recommender: 'failed' }).words).toBe(
      'See why the recommender failed',
    );
  });

  it('recommends with a model that was opened without its tokenizer', () => {
    expect(nextStep({ ...START, hasModel: true }).path).toBe('/demo');
  });
});
