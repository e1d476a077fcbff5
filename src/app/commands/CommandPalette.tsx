import { Search } from 'lucide-react';
import { useId, useMemo, useRef, useState } from 'react';
import { ModalDialog } from '../parts/ModalDialog';
import { useOverlays } from '../stores/overlays';
import { keysOf, useShortcuts } from '../stores/shortcuts';
import { KeyCaps } from './KeyCaps';
import { pageActions } from './pageActions';
import { ranked } from './rank';
import { type Command, type CommandGroup, commandsNow } from './registry';
import { useFoundItems } from './useFoundItems';

const GROUPS: readonly { readonly group: CommandGroup | 'items'; readonly title: string }[] = [
  { group: 'job', title: 'Jobs' },
  { group: 'pages', title: 'Pages' },
  { group: 'page', title: 'On this page' },
  { group: 'items', title: 'Items' },
  { group: 'view', title: 'View and help' },
];

/** Everything that can be done, found by its name; items of the catalogue by their titles. */
export function CommandPalette() {
  const close = useOverlays((overlays) => overlays.close);
  return (
    <ModalDialog label="Search and commands" className="palette" onClose={close}>
      <PaletteBody onClose={close} />
    </ModalDialog>
  );
}

function PaletteBody({ onClose }: { readonly onClose: () => void }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  // Taken when the palette opens: nothing of the page changes its buttons while it is inert, and a job's end may.
  const commands = useMemo(paletteCommands, []);
  const items = useFoundItems(query);
  const groups = grouped(ranked(commands, query), items);
  const flat = groups.flatMap((group) => group.entries);
  const chosen = flat[Math.min(active, flat.length - 1)];
  const move = (to: number): void => {
    const next = flat.length === 0 ? 0 : (to + flat.length) % flat.length;
    setActive(next);
    list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const run = (command: Command): void => {
    onClose();
    // After the dialog has given the focus back, so that the command may move it.
    setTimeout(() => command.run());
  };
  return (
    <>
      <div className="palette-field">
        <Search size={16} aria-hidden />
        <input
          type="text"
          role="combobox"
          aria-label="Search pages, commands and items"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={chosen ? `${id}-${flat.indexOf(chosen)}` : undefined}
          placeholder="Search pages, commands and items"
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            const step = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
            if (step !== undefined) move(step);
            else if (event.key === 'Enter' && chosen) run(chosen);
            else return;
            event.preventDefault();
          }}
        />
        <button type="button" className="palette-close" onClick={onClose}>
          Esc
        </button>
      </div>
      <div ref={list} id={`${id}-list`} className="palette-list" role="listbox" aria-label="Found">
        {groups.map(({ title, entries }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options
          <div key={title} role="group" aria-label={title}>
            <div className="palette-group" aria-hidden="true">
              {title}
            </div>
            {entries.map((command) => (
              <Option
                key={command.id}
                id={`${id}-${flat.indexOf(command)}`}
                command={command}
                isActive={command === chosen}
                onRun={() => run(command)}
              />
            ))}
          </div>
        ))}
      </div>
      <p className="palette-foot" role="status">
        {flat.length === 0 ? `Nothing is called “${query}”.` : `${flat.length} found. ↑ ↓ to choose, Enter to run.`}
      </p>
    </>
  );
}

function Option({
  id,
  command,
  isActive,
  onRun,
}: {
  readonly id: string;
  readonly command: Command;
  readonly isActive: boolean;
  readonly onRun: () => void;
}) {
  const shortcuts = useShortcuts();
  const keys = keysOf(command, shortcuts);
  return (
    // The focus stays in the field, which names the active option and runs it on Enter.
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div id={id} role="option" aria-selected={isActive} className="palette-option" onClick={onRun}>
      <span className="palette-title">{command.title}</span>
      {command.group === 'page' && command.words !== undefined && (
        <span className="palette-place">{command.words}</span>
      )}
      {keys !== null && <KeyCaps keys={keys} />}
    </div>
  );
}

/** Registered commands, then the buttons of page, head and trays. */
function paletteCommands(): readonly Command[] {
  const registered = commandsNow().filter(({ isHidden }) => isHidden !== true);
  const roots = [...document.querySelectorAll('main, .trays')];
  const known = new Set(registered.map(({ title }) => title.toLowerCase()));
  return [...registered, ...pageActions(roots).filter(({ title }) => !known.has(title.toLowerCase()))];
}

function grouped(
  commands: readonly Command[],
  items: readonly Command[],
): readonly { readonly title: string; readonly entries: readonly Command[] }[] {
  return GROUPS.map(({ group, title }) => ({
    title,
    entries: group === 'items' ? items : commands.filter((command) => command.group === group),
  })).filter(({ entries }) => entries.length > 0);
}
