import { useEffect, useState } from 'react';
import { OPTIONS } from '../config/fieldOptions';
import type { Field } from '../config/fields';
import { readField } from '../config/readField';
import { useDraft } from '../stores/draft';

interface FieldInputProps {
  readonly id: string;
  readonly field: Field;
  /** The draft's value as text. */
  readonly value: string;
  readonly hasProblem: boolean;
}

/** Keeps what is typed; the draft takes it as soon as it can be read. */
export function FieldInput({ id, field, value, hasProblem }: FieldInputProps) {
  const [typed, setTyped] = useState(value);
  const edit = useDraft((state) => state.edit);
  const report = useDraft((state) => state.report);
  // A preset or a restored run replaces what was typed; an own edit that reads the same does not.
  useEffect(() => {
    setTyped((current) => (String(readField(field, current).value) === value.replaceAll(', ', ',') ? current : value));
  }, [field, value]);
  const change = (text: string): void => {
    setTyped(text);
    const read = readField(field, text);
    report(`${field.section}.${field.key}`, read.problem);
    if (read.problem === null) edit(field.section, field.key, read.value);
  };
  const options = OPTIONS[field.kind];
  if (options)
    return (
      <select id={id} value={typed} onChange={(event) => change(event.target.value)} aria-describedby={`${id}-hint`}>
        {options.map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
    );
  return (
    <input
      id={id}
      type="text"
      inputMode={field.kind === 'integer' ? 'numeric' : field.kind === 'number' ? 'decimal' : 'text'}
      autoComplete="off"
      spellCheck={false}
      value={typed}
      aria-invalid={hasProblem}
      aria-describedby={`${id}-hint`}
      onChange={(event) => change(event.target.value)}
    />
  );
}
