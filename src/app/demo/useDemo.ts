import { useCallback, useEffect, useRef, useState } from 'react';
import type { ErrorReport, ItemCard, RecommendReply, UserSummary } from '../../worker/protocol';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';

export interface Demo {
  readonly user: UserSummary | null;
  readonly reply: RecommendReply | null;
  /** What the list beside is for: the user's own history, or an edited one. */
  readonly isEdited: boolean;
  readonly isBusy: boolean;
  readonly error: ErrorReport | null;
  choose(user: UserSummary): void;
  edit(history: readonly ItemCard[]): void;
  reset(): void;
}

/** One user's recommendations. Answers that a later question has overtaken are dropped. */
export function useDemo(): Demo {
  const session = useSession();
  const [user, setUser] = useState<UserSummary | null>(null);
  const [reply, setReply] = useState<RecommendReply | null>(null);
  const [isEdited, setEdited] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorReport | null>(null);
  const latest = useRef(0);
  useEffect(
    () => () => {
      latest.current = -1;
    },
    [],
  );

  const ask = useCallback(
    async (of: UserSummary, history: readonly number[] | null) => {
      const turn = ++latest.current;
      setBusy(true);
      setError(null);
      try {
        const answer = await session.recommend(of.user, history);
        if (latest.current === turn) setReply(answer);
      } catch (thrown) {
        if (latest.current === turn) setError(reportOf(thrown));
      }
      if (latest.current === turn) setBusy(false);
    },
    [session],
  );

  const choose = useCallback(
    (next: UserSummary) => {
      setUser(next);
      setReply(null);
      setEdited(false);
      void ask(next, null);
    },
    [ask],
  );
  const edit = (history: readonly ItemCard[]): void => {
    if (!user || !reply) return;
    setEdited(true);
    // The new history shows at once; the list beside is marked busy until its answer is there.
    setReply({ ...reply, history, target: null });
    void ask(
      user,
      history.map(({ item }) => item),
    );
  };
  const reset = (): void => {
    if (user) choose(user);
  };
  return { user, reply, isEdited, isBusy, error, choose, edit, reset };
}
