import { Search, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useOverlays } from '../stores/overlays';
import { isNothing, useSelection } from '../stores/selection';
import { CodesPart } from './CodesPart';
import { DomainPart } from './DomainPart';
import { ItemPart } from './ItemPart';
import { toggleInspector, wasAskedFor } from './inspectorView';
import { RunPart } from './RunPart';
import { UserPart } from './UserPart';

/** What is picked, looked at closely, on every page: a third column, or over the page where there is no room for one. */
export function Inspector() {
  const selection = useSelection();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (wasAskedFor()) panel.current?.focus({ preventScroll: true });
  }, []);
  const { items, codes, users, runs, domains } = selection;
  return (
    <aside
      ref={panel}
      id="inspector"
      className="inspector"
      aria-label="Inspector"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        toggleInspector();
      }}
    >
      <header className="inspector-head">
        <h2>Inspector</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Close the inspector"
          title="Close"
          onClick={toggleInspector}
        >
          <X size={15} aria-hidden />
        </button>
      </header>
      <div className="inspector-body">
        {isNothing(selection) && <NothingPicked />}
        {items.length > 0 && <ItemPart items={items} />}
        {codes.length > 0 && <CodesPart prefix={codes} />}
        {users.length > 0 && <UserPart users={users} />}
        {runs.length > 0 && <RunPart ids={runs} />}
        {domains.length > 0 && <DomainPart names={domains} />}
      </div>
    </aside>
  );
}

function NothingPicked() {
  return (
    <div className="inspector-empty">
      <p>
        <strong>Nothing is picked.</strong>
      </p>
      <p>
        An item, a prefix of codes, a user, a run or a domain that you pick on any page is shown here closely: its
        identifier, its neighbours, its history, its settings.
      </p>
      <button type="button" className="button is-small" onClick={() => useOverlays.getState().show('palette')}>
        <Search size={13} aria-hidden /> Find an item
      </button>
    </div>
  );
}
