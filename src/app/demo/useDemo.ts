import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ErrorReport, ItemCard, Question, RecommendReply, UserSummary } from '../../worker/protocol';
import { useViewParam } from '../navigation/viewParams';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';
import { EDITED_HISTORY } from './demoView';

export interface Demo {
  readonly user: UserSummary | null;
  /** What was asked last; null before a user is chosen. */
  readonly question: Question | null;
  readonly reply: RecommendReply | null;
  /** The history that was asked for: an edit shows before its answer is there. */
  readonly history: readonly ItemCard[];
  /** What the list beside is for: the user's own history, or an edited one. */
  readonly isEdited: boolean;
  readonly isBusy: boolean;
  readonly error: ErrorReport | null;
  choose(user: UserSummary): void;
  edit(history: readonly ItemCard[]): void;
  reset(): void;
}

/** Items that are listed of a recommendation. */
export const LISTED = 10;

/** An answer with what it answers. */
interface Answered {
  readonly question: Question;
  readonly reply: RecommendReply;
}

/** One user's recommendations. User and edits live in the address and can be undone. */
export function useDemo(): Demo {
  const session = useSession();
  const index = useSelection(({ users }) => users[0] ?? null);
  const [edited, setEdited] = useViewParam('history', EDITED_HISTORY);
  const [pending, setPending] = useState<readonly ItemCard[] | null>(null);

  const find = useCallback(
    () => session.ask({ kind: 'userAfter', group: 'all', user: index ?? 0, by: 0 }),
    [session, index],
  );
  const { value: user } = useAnswer(index === null ? null : find);
  const question = useMemo(() => (index === null ? null : { user: index, history: edited }), [index, edited]);
  const ask = useCallback(async (): Promise<Answered | null> => {
    if (!question) return null;
    return { question, reply: await session.ask({ kind: 'recommend', count: LISTED, ...question }) };
  }, [session, question]);
  const { value, error } = useAnswer(question ? ask : null);
  const isBusy = question !== null && value?.question !== question && error === null;
  const isOfUser = value !== null && value.question.user === index;
  const isAnswered = value?.question === question;
  useEffect(() => {
    if (isAnswered) setPending(null);
  }, [isAnswered]);

  const choose = useCallback(
    (next: UserSummary) => {
      setPending(null);
      setEdited(null);
      useSelection.getState().pick({ users: [next.user] });
    },
    [setEdited],
  );
  const edit = (history: readonly ItemCard[]): void => {
    setPending(history);
    setEdited(history.map(({ item }) => item));
  };
  const reset = (): void => {
    setPending(null);
    setEdited(null);
  };
  return {
    user: user?.user === index ? user : null,
    question,
    reply: isOfUser ? value.reply : null,
    history: pending ?? (isOfUser ? value.reply.history : []),
    isEdited: edited !== null,
    isBusy,
    error,
    choose,
    edit,
    reset,
  };
}
