import type { RunConfig } from '../../worker/protocol';

/** True if both configurations give the same run: the name is a label, and each run has its own sections. */
export function sameRun(run: 'tokenizer' | 'recommender', first: RunConfig, second: RunConfig): boolean {
  const decisive = ({ seed, encoder, tokenizer, recommender, multiIdentifier }: RunConfig): string =>
    JSON.stringify(
      run === 'tokenizer'
        ? [seed, encoder, tokenizer]
        : [seed, encoder, tokenizer, recommender, multiIdentifier ?? null],
    );
  return decisive(first) === decisive(second);
}
