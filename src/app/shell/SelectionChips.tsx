import { X } from 'lucide-react';
import { formatCount } from '../format/numbers';
import { useAddress } from '../navigation/address';
import { saveView } from '../navigation/savedViews';
import { isNothing, type Selection, type SelectionPart, useSelection } from '../stores/selection';
import { NO_NAMES, type SelectionNames, useSelectionNames } from './useSelectionNames';

/** What is picked, each part with its way out; nothing while nothing is. */
export function SelectionChips() {
  const selection = useSelection();
  const isTooLong = useAddress((address) => address.isTooLong);
  const names = useSelectionNames(selection);
  if (isNothing(selection)) return null;
  const chips = selectionWords(selection, names);
  return (
    <section className="selection" aria-label="Selection">
      {chips.map(({ part, words }) => (
        <span key={part} className="selection-chip">
          {words}
          <button
            type="button"
            aria-label={`Remove ${words} from the selection`}
            title="Remove"
            onClick={() => selection.clear(part)}
          >
            <X size={12} aria-hidden />
          </button>
        </span>
      ))}
      {chips.length > 1 && (
        <button type="button" className="link-button" onClick={() => selection.clear()}>
          Clear all
        </button>
      )}
      {isTooLong && (
        <span className="quiet">
          Too much for a link: the address leaves the selection out.{' '}
          <button type="button" className="link-button" onClick={saveView}>
            Save this view as a file
          </button>
        </span>
      )}
    </section>
  );
}

/** The parts that are picked, in words: "12 items", "item Moon lamp", "codes 17 · 4 · …", "domain home". */
export function selectionWords(
  selection: Selection,
  names: SelectionNames = NO_NAMES,
): readonly { readonly part: SelectionPart; readonly words: string }[] {
  const { items, codes, users, runs, domains, step } = selection;
  const words: Readonly<Record<SelectionPart, string | null>> = {
    items: counted(items, 'item', (item) => names.items.get(item) ?? String(item)),
    codes: codes.length === 0 ? null : `codes ${codes.join(' · ')} · …`,
    users: counted(users, 'user', (user) => names.users.get(user) ?? String(user)),
    runs: counted(runs, 'run', (run) => names.runs.get(run) ?? run),
    domains: counted(domains, 'domain', (domain) => domain),
    step: step === null ? null : `step ${formatCount(step)}`,
  };
  const parts: readonly SelectionPart[] = ['items', 'codes', 'users', 'runs', 'domains', 'step'];
  return parts.flatMap((part) => {
    const text = words[part];
    return text === null ? [] : [{ part, words: text }];
  });
}

/** "item 4", "domains home, play", "12 items". */
function counted<T>(list: readonly T[], noun: string, name: (value: T) => string): string | null {
  const [first] = list;
  if (first === undefined) return null;
  if (list.length === 1) return `${noun} ${name(first)}`;
  const names = list.slice(0, 3).map(name).join(', ');
  return list.length <= 3 && names.length <= 40 ? `${noun}s ${names}` : `${formatCount(list.length)} ${noun}s`;
}
