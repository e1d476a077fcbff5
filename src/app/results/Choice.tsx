import { useId } from 'react';

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly isDisabled?: boolean;
  readonly onChoose: (value: string) => void;
}

/** A labelled list to choose from, in a row of such. */
export function Choice({ label, value, choices, isDisabled = false, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <span className="results-choice">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} disabled={isDisabled} onChange={(event) => onChoose(event.target.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </span>
  );
}
