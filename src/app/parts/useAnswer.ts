import { useEffect, useState } from 'react';
import type { ErrorReport } from '../../worker/protocol';
import { reportOf } from '../session';

interface Answer<T> {
  /** The newest; stays while the next one is on its way. */
  readonly value: T | null;
  readonly error: ErrorReport | null;
}

/**
 * The worker's answer to a question, asked again whenever `ask` is another function; null asks nothing.
 * @param stamp stands for what the worker looks at (a version, a hash): another one asks again
 */
export function useAnswer<T>(ask: (() => Promise<T>) | null, stamp?: number | string): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: null, error: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another stamp means another answer to the same question
  useEffect(() => {
    if (!ask) {
      setAnswer({ value: null, error: null });
      return;
    }
    let isGone = false;
    ask().then(
      (value) => {
        if (!isGone) setAnswer({ value, error: null });
      },
      (problem: unknown) => {
        if (!isGone) setAnswer(({ value }) => ({ value, error: reportOf(problem) }));
      },
    );
    return () => {
      isGone = true;
    };
  }, [ask, stamp]);
  return answer;
}
