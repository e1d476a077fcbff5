/** A setting with a few choices, in words. */
export function ChoiceRow<T extends string>({
  name,
  label,
  note,
  choices,
  chosen,
  onChoose,
}: {
  /** Of the group of radio buttons; unique on the page. */
  readonly name: string;
  readonly label: string;
  readonly note: string;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}) {
  return (
    <div className="choice-row">
      <div>
        <strong id={`${name}-label`}>{label}</strong>
        <p className="quiet">{note}</p>
      </div>
      <fieldset className="segmented" aria-labelledby={`${name}-label`}>
        {choices.map(({ value, label: words }) => (
          <label key={value} className={value === chosen ? 'is-chosen' : undefined}>
            <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
            {words}
          </label>
        ))}
      </fieldset>
    </div>
  );
}
