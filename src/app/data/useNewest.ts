import { useCallback, useRef, useState } from 'react';
import type { ErrorReport } from '../../worker/protocol';
import { reportOf } from '../session';

interface Newest<T> {
  /** The newest answer; it stays while the next one is waited for. */
  readonly value: T | null;
  /** Why the newest question was refused. */
  readonly error: ErrorReport | null;
  /** Waits for an answer; one that was asked for earlier is ignored when it comes late. */
  readonly take: (answer: Promise<T>) => Promise<void>;
}

/** The newest of the answers that a component takes as they are asked for; parts/useAnswer asks by itself. */
export function useNewest<T>(): Newest<T> {
  const [state, setState] = useState<{ value: T | null; error: ErrorReport | null }>({ value: null, error: null });
  const turn = useRef(0);
  const take = useCallback((answer: Promise<T>): Promise<void> => {
    turn.current++;
    const mine = turn.current;
    return answer.then(
      (value) => {
        if (mine === turn.current) setState({ value, error: null });
      },
      (error: unknown) => {
        if (mine === turn.current) setState((old) => ({ ...old, error: reportOf(error) }));
      },
    );
  }, []);
  return { ...state, take };
}
