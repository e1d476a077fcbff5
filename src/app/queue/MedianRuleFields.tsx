import { useId } from 'react';
import type { MedianDraft } from './medianRule';

interface MedianRuleFieldsProps {
  readonly draft: MedianDraft;
  readonly problem: string | null;
  /** Of the sweep; so many may be too few for the rule ever to act. */
  readonly runCount: number;
  readonly onChange: (draft: MedianDraft) => void;
}

/** Switches the rule on and says what it does; it is off unless asked for. */
export function MedianRuleFields({ draft, problem, runCount, onChange }: MedianRuleFieldsProps) {
  const id = useId();
  const field = (key: 'minRuns' | 'graceEpochs', label: string) => (
    <span className="axis-part">
      <label htmlFor={`${id}-${key}`}>{label}</label>
      <input
        id={`${id}-${key}`}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        value={draft[key]}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-words`}
        onChange={({ target }) => onChange({ ...draft, [key]: target.value })}
      />
    </span>
  );
  const isIdle = problem === null && runCount > 0 && runCount <= Number(draft.minRuns);
  return (
    <fieldset className="axis">
      <legend className="visually-hidden">Stop rule</legend>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isOn}
          onChange={({ target }) => onChange({ ...draft, isOn: target.checked })}
        />
        Stop runs that fall behind
      </label>
      {draft.isOn && (
        <>
          <div className="axis-line is-narrow">
            {field('minRuns', 'Earlier runs needed')}
            {field('graceEpochs', 'Epochs for every run')}
          </div>
          <p id={`${id}-words`} className={problem ? 'field-problem is-left' : 'axis-words'}>
            {problem ??
              'A run stops when its best validation (NDCG@10) is below the median of what the runs before it had on average up to the same epoch. It is not tested; its best state is kept, and it can go on.'}
            {isIdle && <strong> It never acts here: the first {draft.minRuns} always go on.</strong>}
          </p>
        </>
      )}
    </fieldset>
  );
}
