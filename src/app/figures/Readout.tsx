interface ReadoutProps {
  /** Of the hint, for `aria-describedby`. */
  readonly id: string;
  /** What the cursor is on; empty where it is nowhere. */
  readonly sentence: string;
  /** How the cursor is moved. */
  readonly hint: string;
  /** The sentence as screen readers are told it, at most twice a second. */
  readonly polite: string;
}

/** What the data cursor of a figure is on: to read, to hear, and how to move it. */
export function Readout({ id, sentence, hint, polite }: ReadoutProps) {
  return (
    <>
      <p className="figure-readout" aria-hidden="true">
        {sentence === '' ? <span className="figure-hint">{hint}</span> : sentence}
      </p>
      <p id={id} className="visually-hidden">
        {hint}
      </p>
      <p className="visually-hidden" aria-live="polite">
        {polite}
      </p>
    </>
  );
}
