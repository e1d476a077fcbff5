import { Columns3 } from 'lucide-react';
import type { RunInfo } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { MenuButton } from '../parts/MenuButton';
import { flatConfig, type KeyKind, nameInSection, sectionOf } from './runColumns';
import { useTableLayout } from './useTableLayout';

interface ColumnMenuProps {
  readonly runs: readonly RunInfo[];
  readonly kinds: ReadonlyMap<string, KeyKind>;
  /** Keys with a column now. */
  readonly shown: readonly string[];
}

/** Which settings have a column, section by section; those that differ come first in each. */
export function ColumnMenu({ runs, kinds, shown }: ColumnMenuProps) {
  const showAll = useTableLayout((layout) => layout.showAll);
  const sections = [...new Set([...kinds.keys()].map(sectionOf))];
  return (
    <MenuButton
      isSmall
      label={
        <>
          <Columns3 size={13} aria-hidden /> Columns
        </>
      }
    >
      {(close) => (
        <div className="column-menu">
          <p className="quiet">
            At first: what differs between these runs and every system has. {formatCount(shown.length)} of{' '}
            {formatCount(kinds.size)} settings shown.
          </p>
          {sections.map((section) => (
            <Section
              key={section}
              section={section}
              runs={runs}
              keys={[...kinds].filter(([key]) => sectionOf(key) === section)}
              shown={new Set(shown)}
            />
          ))}
          <button
            type="button"
            onClick={() => {
              showAll(false);
              close();
            }}
          >
            Back to the first columns
          </button>
        </div>
      )}
    </MenuButton>
  );
}

const ORDER: readonly KeyKind[] = ['differs', 'own', 'same'];

interface SectionProps {
  readonly section: string;
  readonly runs: readonly RunInfo[];
  readonly keys: readonly (readonly [key: string, kind: KeyKind])[];
  readonly shown: ReadonlySet<string>;
}

function Section({ section, runs, keys, shown }: SectionProps) {
  const pick = useTableLayout((layout) => layout.pick);
  const sorted = [...keys].sort(([, a], [, b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const differing = keys.flatMap(([key, kind]) => (kind === 'same' ? [] : [key]));
  const count = keys.filter(([key]) => shown.has(key)).length;
  const isAllShown = differing.length > 0 && differing.every((key) => shown.has(key));
  return (
    <details>
      <summary>
        {section} <small>{count > 0 ? `${count} of ${keys.length} shown` : `${keys.length}`}</small>
      </summary>
      {differing.length > 1 && (
        <label className="check">
          <input type="checkbox" checked={isAllShown} onChange={({ target }) => pick(differing, target.checked)} />
          <b>all {differing.length} that differ</b>
        </label>
      )}
      {sorted.map(([key, kind]) => (
        <label key={key} className="check">
          <input type="checkbox" checked={shown.has(key)} onChange={({ target }) => pick([key], target.checked)} />
          <span>{nameInSection(key)}</span>
          <small>{remarkOf(runs, key, kind)}</small>
        </label>
      ))}
    </details>
  );
}

/** Why a key has no column at first: which systems alone have it, or that it does not differ. */
function remarkOf(runs: readonly RunInfo[], key: string, kind: KeyKind): string {
  if (kind === 'differs') return '';
  const owners = new Set(runs.flatMap(({ system, config }) => (key in flatConfig(config) ? [system] : [])));
  const isOfAll = runs.every(({ system }) => owners.has(system));
  return isOfAll ? 'does not differ' : `only ${[...owners].join(', ')}`;
}
