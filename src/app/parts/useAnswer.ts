import { useEffect, useState } from 'react';
import type { ErrorReport } from '../../worker/protocol';
import { reportOf } from '../session';

interface Answer<T> {
  /** The newest; stays while the next one is on its way, but not when that one fails. */
  readonly value: T | null;
  /** Whether `value` answers an earlier question: what stands beside it must not speak of the new one as answered. */
  readonly isStale: boolean;
  readonly error: ErrorReport | null;
}

interface Given<T> {
  readonly value: T | null;
  readonly error: ErrorReport | null;
  /** The question that this answers. */
  readonly ask: (() => Promise<T>) | null;
}

/**
 * The worker's answer to a question, asked again whenever `ask` is another function; null asks nothing.
 * @param stamp stands for what the worker looks at (a version, a hash): another one asks again
 */
export function useAnswer<T>(ask: (() => Promise<T>) | null, stamp?: number | string): Answer<T> {
  const [given, setGiven] = useState<Given<T>>({ value: null, error: null, ask: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another stamp means another answer to the same question
  useEffect(() => {
    if (!ask) {
      setGiven({ value: null, error: null, ask });
      return;
    }
    let isGone = false;
    ask().then(
      (value) => {
        if (!isGone) setGiven({ value, error: null, ask });
      },
      (problem: unknown) => {
        if (isGone) return;
        const error = reportOf(problem);
        setGiven((before) => ({ value: before.ask === ask ? before.value : null, error, ask }));
      },
    );
    return () => {
      isGone = true;
    };
  }, [ask, stamp]);
  const { value, error } = given;
  return { value, error, isStale: value !== null && given.ask !== ask };
}
