import { useCallback, useMemo } from 'react';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useRuns } from '../stores/runs';
import type { Selection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';

/** What picked things are called, as far as it is known. */
export interface SelectionNames {
  readonly items: ReadonlyMap<number, string>;
  readonly users: ReadonlyMap<number, string>;
  readonly runs: ReadonlyMap<string, string>;
}

export const NO_NAMES: SelectionNames = { items: new Map(), users: new Map(), runs: new Map() };

/** So many of a part are named one by one; more are counted. */
const MOST_NAMED = 3;
const MOST_LETTERS = 48;

/** Titles of items, ids of users and names of runs; asked for only where they are shown one by one. */
export function useSelectionNames({ items, users }: Pick<Selection, 'items' | 'users'>): SelectionNames {
  const session = useSession();
  const hash = useWorkspace(({ data }) => data?.hash ?? null);
  const runs = useRuns((state) => state.runs);
  const isAsked = hash !== null && (isNamed(items) || isNamed(users));
  const ask = useCallback(async () => {
    const cards = isNamed(items) ? await session.ask({ kind: 'items', items }) : [];
    const summaries = await Promise.all(
      isNamed(users) ? users.map((user) => session.ask({ kind: 'userAfter', group: 'all', user, by: 0 })) : [],
    );
    return {
      items: new Map(cards.map(({ item, id, title }) => [item, cut(title || id)])),
      users: new Map(summaries.flatMap((user) => (user ? [[user.user, cut(user.id)]] : []))),
    };
  }, [session, items, users]);
  const { value } = useAnswer(isAsked ? ask : null, hash ?? '');
  const names = useMemo(() => new Map(runs.map(({ id, name }) => [id, cut(name)])), [runs]);
  return { ...(value ?? NO_NAMES), runs: names };
}

const isNamed = (list: readonly number[]): boolean => list.length > 0 && list.length <= MOST_NAMED;
const cut = (text: string): string => (text.length <= MOST_LETTERS ? text : `${text.slice(0, MOST_LETTERS - 1)}…`);
