import { useCallback } from 'react';
import { useLocation } from 'wouter';
import { CardRow } from '../codes/CardRow';
import { formatCount } from '../format/numbers';
import { openWith } from '../navigation/address';
import { ErrorNote } from '../parts/ErrorNote';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { useJobs } from '../stores/jobs';
import { useSelection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';
import { Part } from './Part';

const MOST = 20;

/** The first user picked: its events, newest first; the true next item of the test leads them. */
export function UserPart({ users }: { readonly users: readonly number[] }) {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const hash = useWorkspace(({ data }) => data?.hash ?? null);
  const hasModel = useJobs(({ model }) => model > 0);
  const [location] = useLocation();
  const user = users[0] ?? 0;
  const ask = useCallback(() => session.ask({ kind: 'userHistory', user, limit: MOST }), [session, user]);
  const { value, error } = useAnswer(hash === null ? null : ask, `${hash} ${version}`);
  const others = users.length > 1 ? `, the first of ${formatCount(users.length)} picked` : '';
  return (
    <Part title="User" note={value ? `${value.user.id}, ${formatCount(value.user.events)} events${others}` : undefined}>
      {error && <ErrorNote title="The user could not be read" error={error} />}
      {hash !== null && !error && value === null && <p className="quiet">There is no such user in this data.</p>}
      {hasModel && value && location !== '/demo' && (
        <button type="button" className="button is-small" onClick={() => openWith('/demo', { users: [user] })}>
          Show in the Demo
        </button>
      )}
      <ol className="code-cards" reversed start={value?.user.events ?? 0}>
        {value?.newestFirst.map((card, place) => (
          <CardRow
            // An item may be met twice.
            // biome-ignore lint/suspicious/noArrayIndexKey: events do not move
            key={place}
            card={card}
            verb="pick it"
            onChoose={(item) => useSelection.getState().pick({ items: [item] })}
          />
        ))}
      </ol>
    </Part>
  );
}
