import type { LucideIcon } from 'lucide-react';
import { useId } from 'react';

interface ViewToggleProps<T extends string> {
  readonly label: string;
  readonly chosen: T;
  readonly choices: readonly { readonly value: T; readonly label: string; readonly Icon?: LucideIcon }[];
  readonly onChoose: (value: T) => void;
}

/** A few exclusive choices side by side; arrows move between them as in any radio group. */
export function ViewToggle<T extends string>({ label, chosen, choices, onChoose }: ViewToggleProps<T>) {
  const name = useId();
  return (
    <fieldset className="segmented">
      <legend className="visually-hidden">{label}</legend>
      {choices.map(({ value, label: text, Icon }) => (
        <label key={value} className={chosen === value ? 'is-chosen' : undefined}>
          <input type="radio" name={name} checked={chosen === value} onChange={() => onChoose(value)} />
          {Icon && <Icon size={13} aria-hidden />}
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
