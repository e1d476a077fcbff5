// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by transform cannot be table elements
import { useCallback, useDeferredValue, useState } from 'react';
import type { BrowseRequest, DomainInfo, UserRow, UserView } from '../../worker/protocol/data';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { ScrollBox } from '../parts/ScrollBox';
import { useDataSession } from './dataSessionContext';
import { BrowserHead } from './ItemBrowser';
import { dateOf } from './shapeFields';
import { useNewest } from './useNewest';
import { usePages } from './usePages';
import { VirtualRows } from './VirtualRows';

const ROW_HEIGHT = 32;
/** Items of a history that are shown at once. */
const SHOWN_ITEMS = 50;

/** All users of a domain, and one of them with the newest part of the history. */
export function UserBrowser({ domain }: { readonly domain: DomainInfo }) {
  const session = useDataSession();
  const [typed, setTyped] = useState('');
  const [order, setOrder] = useState<BrowseRequest['sort']>('index');
  const { value: opened, error, take } = useNewest<UserView>();
  const query = useDeferredValue(typed.trim());
  const { id, hash } = domain;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content under the same id is another table
  const load = useCallback(
    (offset: number, limit: number) =>
      session.ask({ kind: 'users', domain: id, request: { query, sort: order, offset, limit } }),
    [session, id, hash, query, order],
  );
  const pages = usePages<UserRow>(load);
  const open = (user: number): void => void take(session.ask({ kind: 'user', domain: id, user, limit: SHOWN_ITEMS }));
  const problem = pages.error ?? error;
  return (
    <div className="browser">
      <div className="stack">
        <BrowserHead
          what="users"
          typed={typed}
          onType={setTyped}
          order={order}
          onOrder={setOrder}
          total={pages.total}
          isSearch={query !== ''}
        />
        {problem && <ErrorNote title="The users could not be read" error={problem} />}
        <VirtualRows
          key={`${id}${query}${order}`}
          label={`Users of ${domain.name}`}
          columns={['User', 'Interactions']}
          total={pages.total ?? 0}
          rowHeight={ROW_HEIGHT}
          onSee={pages.see}
          renderRow={(index) => {
            const row = pages.row(index);
            return (
              row && (
                <>
                  <span role="cell" className="item-cell">
                    <button
                      type="button"
                      className="row-button"
                      aria-pressed={opened?.user === row.user}
                      onClick={() => open(row.user)}
                    >
                      <span className="item-title">{row.id}</span>
                    </button>
                  </span>
                  <span role="cell" className="number-cell">
                    {formatCount(row.events)}
                  </span>
                </>
              )
            );
          }}
        />
      </div>
      <History user={opened} />
    </div>
  );
}

function History({ user }: { readonly user: UserView | null }) {
  if (!user)
    return (
      <aside className="browser-detail" aria-label="User">
        <p className="quiet">Choose a user to see the history.</p>
      </aside>
    );
  const { newest, times } = user;
  return (
    <aside className="browser-detail" aria-label="User">
      <h3>{user.id}</h3>
      <p className="quiet">
        {formatCount(user.events)} interactions, newest first
        {user.events > newest.length && `; the newest ${newest.length} are shown`}
      </p>
      <ScrollBox label={`History of ${user.id}`}>
        <ol>
          {newest.map((item, index) => {
            const time = times[times.length - 1 - index];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: an item may occur more than once; its place is its name
              <li key={index} className="item-row">
                <ItemPicture card={item} size={32} />
                <span className="item-text">
                  <span className="item-title">{item.title || item.id}</span>
                  <span className="item-detail">
                    {[time === undefined ? '' : dateOf(time), ...item.categories].filter(Boolean).join(' · ')}
                  </span>
                </span>
              </li>
            );
          })}
        </ol>
      </ScrollBox>
    </aside>
  );
}
