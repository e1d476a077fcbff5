import { Columns3 } from 'lucide-react';
import { REFERENCE_KEYS, REFERENCE_NAMES } from '../../evaluate/referencePoints';
import type { Question } from '../../worker/protocol';
import { useViewParam } from '../navigation/viewParams';
import { RUN_NAMES, someOf } from './demoView';
import { ReferencePanel } from './ReferencePanel';
import { RunPanel } from './RunPanel';
import { useOtherRuns } from './useOtherRuns';

/** Counting recommenders that can stand beside the model. */
const BESIDE = someOf(REFERENCE_KEYS);
/** Each open run takes memory. */
const MOST_RUNS = 3;

/** Other systems on the same history, side by side; each can come and go. */
export function BesidePanels({ question }: { readonly question: Question }) {
  const [beside, setBeside] = useViewParam('beside', BESIDE);
  const [models, setModels] = useViewParam('models', RUN_NAMES);
  const others = useOtherRuns();
  const toggled = <T,>(list: readonly T[], one: T, isOn: boolean): readonly T[] =>
    isOn ? [...list, one] : list.filter((other) => other !== one);
  return (
    <>
      <fieldset className="beside-choice">
        <legend>
          <Columns3 size={14} aria-hidden /> The same history to
        </legend>
        {others.map(({ id, name, system }) => (
          <label key={id} className="check-field">
            <input
              type="checkbox"
              checked={models.includes(id)}
              disabled={!models.includes(id) && models.length >= MOST_RUNS}
              onChange={(event) => setModels(toggled(models, id, event.target.checked))}
            />
            {name} ({system})
          </label>
        ))}
        {REFERENCE_KEYS.map((system) => (
          <label key={system} className="check-field">
            <input
              type="checkbox"
              checked={beside.includes(system)}
              onChange={(event) => setBeside(toggled(beside, system, event.target.checked))}
            />
            {REFERENCE_NAMES[system]}
          </label>
        ))}
      </fieldset>
      {beside.length + models.length > 0 && (
        <div className="beside-panels">
          {others
            .filter(({ id }) => models.includes(id))
            .map(({ id, name, system }) => (
              <RunPanel
                key={id}
                run={id}
                name={name}
                system={system}
                question={question}
                onClose={() => setModels(toggled(models, id, false))}
              />
            ))}
          {beside.map((system) => (
            <ReferencePanel
              key={system}
              system={system}
              name={REFERENCE_NAMES[system]}
              question={question}
              onClose={() => setBeside(toggled(beside, system, false))}
            />
          ))}
        </div>
      )}
    </>
  );
}
