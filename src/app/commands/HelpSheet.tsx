import { X } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ModalDialog } from '../parts/ModalDialog';
import { pageAt } from '../routes';
import { useOverlays } from '../stores/overlays';
import { keysOf, useShortcuts } from '../stores/shortcuts';
import { KeyCaps } from './KeyCaps';
import { ranked } from './rank';
import { type CommandGroup, useAllCommands } from './registry';

const TITLES: Readonly<Record<CommandGroup, string>> = {
  page: 'On this page',
  job: 'Jobs',
  pages: 'Pages',
  view: 'View and help',
};
const ORDER: readonly CommandGroup[] = ['page', 'job', 'pages', 'view'];

/** What this page is for, and the keys that work on it. */
export function HelpSheet() {
  const close = useOverlays((overlays) => overlays.close);
  const [location, go] = useLocation();
  const page = pageAt(location);
  const shortcuts = useShortcuts();
  const [query, setQuery] = useState('');
  const all = useAllCommands().flatMap((command) => {
    const keys = keysOf(command, shortcuts);
    return keys === null ? [] : [{ ...command, keys }];
  });
  const found = ranked(
    all.map((command) => ({ ...command, words: command.keys })),
    query,
  );
  return (
    <ModalDialog label="Help" className="help" onClose={close}>
      <header className="help-head">
        <h2>Help</h2>
        <button type="button" className="icon-button" aria-label="Close help" onClick={close}>
          <X size={16} aria-hidden />
        </button>
      </header>
      {page && (
        <p className="help-page">
          <strong>{page.title}.</strong> {page.help}
        </p>
      )}
      <div className="help-search">
        <h3>Keys that work here</h3>
        <input
          type="text"
          aria-label="Search the shortcuts"
          placeholder="Search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <div className="help-groups">
        {ORDER.map((group) => {
          const entries = found.filter((command) => command.group === group);
          if (entries.length === 0) return null;
          return (
            <section key={group} aria-label={TITLES[group]}>
              <h4>{TITLES[group]}</h4>
              <dl>
                {entries.map(({ id, title, keys, within }) => (
                  <div key={id}>
                    <dt>
                      {title}
                      {within !== undefined && <small> with the focus on the training panel</small>}
                    </dt>
                    <dd>
                      <KeyCaps keys={keys} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        {found.length === 0 && <p className="quiet">No shortcut here is called “{query}”.</p>}
      </div>
      <p className="quiet">
        {shortcuts.isOn ? 'Single-character keys are on; ' : 'Single-character keys are off; '}
        <button
          type="button"
          className="link-button"
          onClick={() => {
            close();
            go('/settings');
          }}
        >
          change them in Settings
        </button>
      </p>
    </ModalDialog>
  );
}
