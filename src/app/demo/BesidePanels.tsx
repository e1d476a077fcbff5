import { Columns3 } from 'lucide-react';
import { REFERENCE_KEYS, REFERENCE_NAMES } from '../../evaluate/referencePoints';
import type { Question } from '../../worker/protocol';
import { someOf } from './demoView';
import { ReferencePanel } from './ReferencePanel';

/** Counting recommenders that are shown beside the model. */
export const BESIDE = someOf(REFERENCE_KEYS);

interface BesidePanelsProps {
  readonly question: Question;
  readonly beside: readonly (typeof REFERENCE_KEYS)[number][];
  readonly onBeside: (systems: readonly (typeof REFERENCE_KEYS)[number][]) => void;
}

/** Other systems on the same history, side by side; each can come and go. */
export function BesidePanels({ question, beside, onBeside }: BesidePanelsProps) {
  return (
    <>
      <fieldset className="beside-choice">
        <legend>
          <Columns3 size={14} aria-hidden /> The same history to
        </legend>
        {REFERENCE_KEYS.map((system) => (
          <label key={system} className="check-field">
            <input
              type="checkbox"
              checked={beside.includes(system)}
              onChange={(event) =>
                onBeside(event.target.checked ? [...beside, system] : beside.filter((other) => other !== system))
              }
            />
            {REFERENCE_NAMES[system]}
          </label>
        ))}
      </fieldset>
      {beside.length > 0 && (
        <div className="beside-panels">
          {beside.map((system) => (
            <ReferencePanel
              key={system}
              system={system}
              name={REFERENCE_NAMES[system]}
              question={question}
              onClose={() => onBeside(beside.filter((other) => other !== system))}
            />
          ))}
        </div>
      )}
    </>
  );
}
