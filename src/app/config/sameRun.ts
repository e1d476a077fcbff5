import type { SystemConfig } from '../../worker/protocol';
import { isUtgrec } from './system';

/** True if both configurations give the same run: the name is a label, and each run has its own sections. */
export function sameRun(run: 'tokenizer' | 'recommender', first: SystemConfig, second: SystemConfig): boolean {
  return decisive(run, first) === decisive(run, second);
}

function decisive(run: 'tokenizer' | 'recommender', config: SystemConfig): string {
  if (isUtgrec(config)) {
    const { seed, system, tokenizer, recommender, transfer } = config;
    return JSON.stringify(
      run === 'tokenizer'
        ? [system, seed, tokenizer, transfer?.pretraining ?? null]
        : [system, seed, tokenizer, recommender, transfer],
    );
  }
  const { seed, encoder, tokenizer, recommender, multiIdentifier } = config;
  return JSON.stringify(
    run === 'tokenizer' ? [seed, encoder, tokenizer] : [seed, encoder, tokenizer, recommender, multiIdentifier ?? null],
  );
}
