import type { Stage } from '../../worker/protocol';

export const STAGE_TITLES: Readonly<Record<Stage, string>> = {
  idle: 'Idle',
  embedding: 'Reading item texts',
  tokenizer: 'Training the tokenizer',
  recommender: 'Training the recommender',
  influence: 'Measuring data influence',
  fineTuning: 'Fine-tuning with one identifier',
  validation: 'Validating',
  test: 'Testing on all users',
};
