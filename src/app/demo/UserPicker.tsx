import { Shuffle } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { ErrorReport, UserSummary } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';

const SHOWN = 40;
/** Users among whom the dice are thrown; more would only cost memory. */
const POOL = 5000;

interface UserPickerProps {
  readonly user: UserSummary | null;
  readonly onChoose: (user: UserSummary) => void;
}

/** Users by part of their id; or any one. The first random one is drawn at once, so that the page starts full. */
export function UserPicker({ user, onChoose }: UserPickerProps) {
  const id = useId();
  const session = useSession();
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<readonly UserSummary[] | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);

  useEffect(() => {
    let isCurrent = true;
    session.findUsers(query.trim(), SHOWN).then(
      (users) => isCurrent && setFound(users),
      (thrown) => isCurrent && setError(reportOf(thrown)),
    );
    return () => {
      isCurrent = false;
    };
  }, [query, session]);

  const drawRandom = async (): Promise<void> => {
    try {
      const users = await session.findUsers('', POOL);
      const drawn = users[Math.floor(Math.random() * users.length)];
      if (drawn) onChoose(drawn);
    } catch (thrown) {
      setError(reportOf(thrown));
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    if (!user) void drawRandom();
  }, []);

  return (
    <Panel title="User" className="user-picker">
      <div className="search-row">
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
        <button type="button" className="button" onClick={() => void drawRandom()}>
          <Shuffle size={14} aria-hidden /> Random
        </button>
      </div>
      {error && <ErrorNote title="The users could not be listed" error={error} />}
      <ul className="user-list" aria-label="Users found">
        {found?.map((entry) => (
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
      {found?.length === 0 && <p className="quiet">No user’s id contains “{query.trim()}”.</p>}
      {found && found.length === SHOWN && <p className="quiet list-end">the first {SHOWN}; numbers are interactions</p>}
    </Panel>
  );
}
