import { Monitor, Moon, Sun } from 'lucide-react';
import { type ThemeChoice, useTheme } from '../stores/theme';

const CHOICES = [
  { choice: 'system', label: 'As the system', Icon: Monitor },
  { choice: 'light', label: 'Light', Icon: Sun },
  { choice: 'dark', label: 'Dark', Icon: Moon },
] as const satisfies readonly { choice: ThemeChoice; label: string; Icon: typeof Sun }[];

export function ThemeToggle() {
  const chosen = useTheme((state) => state.choice);
  const choose = useTheme((state) => state.choose);
  return (
    <fieldset className="segmented">
      <legend className="visually-hidden">Theme</legend>
      {CHOICES.map(({ choice, label, Icon }) => (
        <label key={choice} title={label} className={chosen === choice ? 'is-chosen' : undefined}>
          <input type="radio" name="theme" value={choice} checked={chosen === choice} onChange={() => choose(choice)} />
          <Icon size={14} aria-hidden />
          <span className="visually-hidden">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
