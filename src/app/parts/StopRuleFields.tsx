import { useEffect, useId, useState } from 'react';
import { useStopRules } from '../stores/stopRules';

const MOST_MINUTES = 100_000;

/** When the next run ends before its last epoch. Patience stands with the other settings: it is part of the configuration. */
export function StopRuleFields() {
  const id = useId();
  const minutes = useStopRules((rules) => rules.minutes);
  const limit = useStopRules((rules) => rules.limit);
  const [typed, setTyped] = useState(minutes === null ? '' : String(minutes));
  const value = typed.trim() === '' ? null : Number(typed);
  const isWrong = value !== null && !(value > 0 && value <= MOST_MINUTES);
  useEffect(() => limit(isWrong ? null : value), [limit, isWrong, value]);
  return (
    <fieldset>
      <legend>Stop rules</legend>
      <div className={`field ${isWrong ? 'is-wrong' : ''}`}>
        <label htmlFor={id} title="Minutes of work for the whole run, pauses not counted; empty = none">
          Time limit, minutes
        </label>
        <input
          id={id}
          type="text"
          inputMode="decimal"
          autoComplete="off"
          placeholder="none"
          value={typed}
          aria-invalid={isWrong}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => setTyped(target.value)}
        />
        <p id={`${id}-hint`} className={isWrong ? 'field-problem' : 'visually-hidden'}>
          {isWrong
            ? `A number above 0, up to ${MOST_MINUTES}; until then there is no limit`
            : 'Then training ends and the best state is tested. A loss that is not finite ends it at once.'}
        </p>
      </div>
    </fieldset>
  );
}
