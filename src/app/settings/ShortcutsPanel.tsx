import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { KeyCaps } from '../commands/KeyCaps';
import { isKeysText, isSingleCharacter } from '../commands/keys';
import { type Command, useAllCommands } from '../commands/registry';
import { Panel } from '../parts/Panel';
import { ScrollBox } from '../parts/ScrollBox';
import { useShortcuts } from '../stores/shortcuts';
import { ChoiceRow } from './ChoiceRow';

const SWITCH = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
] as const;

/** Single-character keys: on or off, and others in their place. */
export function ShortcutsPanel() {
  const { isOn, switchTo } = useShortcuts();
  const commands = useAllCommands().filter((command) => command.keys !== undefined);
  const single = commands.filter(({ keys = '' }) => isSingleCharacter(keys) && keys !== 'Space');
  const fixed = commands.filter(({ keys = '' }) => !isSingleCharacter(keys) || keys === 'Space');
  return (
    <Panel title="Shortcuts">
      <ChoiceRow
        name="single-keys"
        label="Single-character keys"
        note="Such as ? and g then d. They never fire while you type; speech input may need them off."
        choices={SWITCH}
        chosen={isOn ? 'on' : 'off'}
        onChoose={(value) => switchTo(value === 'on')}
      />
      <ScrollBox label="Keys">
        <table className="numbers-table keys-table">
          <thead>
            <tr>
              <th scope="col">What it does</th>
              <th scope="col">Keys</th>
              <th scope="col">
                <span className="visually-hidden">Bring back</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {single.map((command) => (
              <KeysRow key={command.id} command={command} others={single} isOn={isOn} />
            ))}
            {fixed.map(({ id, title, keys = '' }) => (
              <tr key={id}>
                <th scope="row">{title}</th>
                <td>
                  <KeyCaps keys={keys} />
                </td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Panel>
  );
}

function KeysRow({
  command: { id, title, keys = '' },
  others,
  isOn,
}: {
  readonly command: Command;
  readonly others: readonly Command[];
  readonly isOn: boolean;
}) {
  const { remapped, remap } = useShortcuts();
  const now = remapped[id] ?? keys;
  const [typed, setTyped] = useState(now);
  const taken = others.find((other) => other.id !== id && (remapped[other.id] ?? other.keys) === typed);
  const problem = !isKeysText(typed)
    ? 'One character, or g, a space and one character'
    : taken
      ? `Already: ${taken.title}`
      : null;
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>
        <input
          type="text"
          className="keys-input"
          aria-label={`Keys: ${title}`}
          aria-invalid={problem !== null}
          disabled={!isOn}
          value={typed}
          maxLength={3}
          onChange={({ target }) => {
            setTyped(target.value);
            const isTaken = others.some(
              (other) => other.id !== id && (remapped[other.id] ?? other.keys) === target.value,
            );
            if (isKeysText(target.value) && !isTaken) remap(id, target.value === keys ? null : target.value);
          }}
        />
        {problem !== null && <span className="keys-problem">{problem}</span>}
      </td>
      <td>
        {now !== keys && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Bring back ${keys} for: ${title}`}
            title={`Bring back ${keys}`}
            onClick={() => {
              remap(id, null);
              setTyped(keys);
            }}
          >
            <RotateCcw size={14} aria-hidden />
          </button>
        )}
      </td>
    </tr>
  );
}
