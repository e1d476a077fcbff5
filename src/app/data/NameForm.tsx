import { type FormEvent, useId, useState } from 'react';

interface NameFormProps {
  readonly label: string;
  readonly first: string;
  readonly button: string;
  /** Names that cannot be given again. */
  readonly taken: readonly string[];
  readonly onName: (name: string) => void;
  readonly onCancel?: () => void;
}

/** Asks for one name. */
export function NameForm({ label, first, button, taken, onName, onCancel }: NameFormProps) {
  const id = useId();
  const [typed, setTyped] = useState(first);
  const name = typed.trim();
  const isTaken = name !== first && taken.includes(name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name !== '' && name !== first && !isTaken) onName(name);
  };
  return (
    <form className="name-form" onSubmit={submit}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        value={typed}
        aria-invalid={isTaken}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit" className="button is-small" disabled={name === '' || name === first || isTaken}>
        {button}
      </button>
      {onCancel && (
        <button type="button" className="button is-small" onClick={onCancel}>
          Cancel
        </button>
      )}
      {isTaken && (
        <span className="field-problem" role="status">
          That name is taken.
        </span>
      )}
    </form>
  );
}
