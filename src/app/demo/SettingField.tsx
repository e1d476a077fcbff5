import { useId } from 'react';

interface SettingFieldProps {
  readonly label: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A slider with its number beside it; the number can be typed as well. */
export function SettingField({ label, value, from, to, step, onChange }: SettingFieldProps) {
  const id = useId();
  const digits = step < 1 ? 1 : 0;
  const change = (text: string): void => {
    const wanted = Number(text);
    if (text !== '' && Number.isFinite(wanted)) onChange(Math.min(to, Math.max(from, Number(wanted.toFixed(2)))));
  };
  return (
    <span className="setting-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={from}
        max={to}
        step={step}
        value={value}
        onChange={(event) => change(event.target.value)}
      />
      <input
        type="number"
        aria-label={`${label}, as a number`}
        min={from}
        max={to}
        step={step}
        value={value.toFixed(digits)}
        onChange={(event) => change(event.target.value)}
      />
    </span>
  );
}
