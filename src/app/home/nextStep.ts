import type { RunState } from '../stores/jobs';

/** Where the work goes on, and the words of the button that leads there. */
export interface NextStep {
  readonly path: '/data' | '/tokenizer' | '/recommender' | '/demo';
  readonly words: string;
}

/** The first thing that is not done yet; a running job comes before everything. */
export function nextStep(state: {
  readonly hasData: boolean;
  readonly tokenizer: RunState;
  readonly recommender: RunState;
  readonly hasModel: boolean;
}): NextStep {
  const { hasData, tokenizer, recommender, hasModel } = state;
  if (!hasData) return { path: '/data', words: 'Open a data set' };
  if (tokenizer === 'running') return { path: '/tokenizer', words: 'Watch the tokenizer train' };
  if (recommender === 'running') return { path: '/recommender', words: 'Watch the recommender train' };
  // A model that was opened may come without the tokenizer that made its identifiers.
  if (recommender === 'done' || (hasModel && recommender !== 'stopped'))
    return { path: '/demo', words: 'Ask it for recommendations' };
  if (tokenizer === 'stopped') return { path: '/tokenizer', words: 'Go on with the tokenizer' };
  if (tokenizer === 'failed') return { path: '/tokenizer', words: 'See why the tokenizer failed' };
  if (tokenizer === 'none') return { path: '/tokenizer', words: 'Train the tokenizer' };
  if (recommender === 'stopped') return { path: '/recommender', words: 'Go on with the recommender' };
  if (recommender === 'failed') return { path: '/recommender', words: 'See why the recommender failed' };
  return { path: '/recommender', words: 'Train the recommender' };
}
