import { Shuffle } from 'lucide-react';
import { useCallback, useEffect, useId, useState } from 'react';
import type { ErrorReport, UserGroupName, UserSummary } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { oneOf, useViewParam } from '../navigation/viewParams';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { ViewToggle } from '../parts/ViewToggle';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';

const SHOWN = 40;

export const GROUP = oneOf(['all', 'longTail', 'cold'], 'all');

const GROUPS: readonly { readonly value: UserGroupName; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'longTail', label: 'Long tail' },
  { value: 'cold', label: 'Cold' },
];
const MEANINGS: Readonly<Record<UserGroupName, string>> = {
  all: 'users of the data set',
  longTail: 'users whose true next item is one of the rarest, which together take 20 % of the interactions',
  cold: 'users whose true next item no training sequence has',
};

interface UserPickerProps {
  readonly user: UserSummary | null;
  /** Whether the address already names a user. */
  readonly hasUser: boolean;
  readonly onChoose: (user: UserSummary) => void;
}

/** Users by part of their id, by what they met next, or any one. Without a user one is drawn, so that the page starts full. */
export function UserPicker({ user, hasUser, onChoose }: UserPickerProps) {
  const id = useId();
  const session = useSession();
  const [group, setGroup] = useViewParam('group', GROUP);
  const [query, setQuery] = useState('');
  const [error, setError] = useState<ErrorReport | null>(null);
  const wanted = query.trim();
  const list = useCallback(
    () => session.ask({ kind: 'demoUsers', group, query: wanted, limit: SHOWN }),
    [session, group, wanted],
  );
  const { value: found, error: listError } = useAnswer(list);

  const draw = async (): Promise<void> => {
    try {
      const drawn = await session.ask({ kind: 'drawUser', group, draw: Math.random() });
      if (drawn) onChoose(drawn);
    } catch (thrown) {
      setError(reportOf(thrown));
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a user is drawn where there is none, not whenever a group is chosen
  useEffect(() => {
    if (!hasUser) void draw();
  }, [hasUser]);
  const problem = listError ?? error;
  const isEmpty = found?.groupSize === 0;

  return (
    <Panel title="User" className="user-picker">
      <div className="search-row">
        <ViewToggle label="Group of users" chosen={group} choices={GROUPS} onChoose={setGroup} />
        <label htmlFor={id} className="visually-hidden">
          Search users by id
        </label>
        <input
          id={id}
          type="search"
          placeholder="Search by id"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        <button type="button" className="button" disabled={isEmpty} onClick={() => void draw()}>
          <Shuffle size={14} aria-hidden /> Random
        </button>
      </div>
      {found && (
        <p className="quiet list-start">
          {formatCount(found.groupSize)} {MEANINGS[group]}
        </p>
      )}
      {problem && <ErrorNote title="The users could not be listed" error={problem} />}
      <ul className="user-list" aria-label="Users found">
        {found?.users.map((entry) => (
          <li key={entry.user}>
            <button
              type="button"
              className="user-entry"
              aria-pressed={entry.user === user?.user}
              onClick={() => onChoose(entry)}
            >
              <span className="user-id">{entry.id}</span>
              <span className="user-events">{formatCount(entry.events)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found?.users.length === 0 && !isEmpty && <p className="quiet">No user’s id contains “{wanted}”.</p>}
      {found?.users.length === SHOWN && <p className="quiet list-end">the first {SHOWN}; numbers are interactions</p>}
    </Panel>
  );
}
