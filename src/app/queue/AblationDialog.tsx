import { useState } from 'react';
import { labelOf, valueText } from '../config/configPaths';
import { METHODS, methodOf } from '../config/presets';
import { ModalDialog } from '../parts/ModalDialog';
import { useDraft } from '../stores/draft';
import { stopRules } from '../stores/stopRules';
import { type Ablation, ablationsOf } from './ablations';
import { PlannedRuns } from './PlannedRuns';
import { joinedName, queuedDraft } from './runName';
import '../styles/queue.css';

const PAPERS = { utgrec: 'Table 3 of the UTGRec paper', mtgrec: 'the MTGRec paper', tiger: '' } as const;

/** The ablations of the draft's paper, each a tick; the draft itself is the row that they are measured against. */
export function AblationDialog({ onClose }: { readonly onClose: () => void }) {
  const config = useDraft((draft) => draft.config);
  const method = methodOf(config);
  const all = ablationsOf(config);
  const [left, setLeft] = useState<readonly string[]>([]);
  const [hasBase, setHasBase] = useState(true);
  const toggle = (title: string, isIn: boolean): void =>
    setLeft(isIn ? left.filter((each) => each !== title) : [...left, title]);
  const chosen = all.filter(({ title, config: own }) => own !== null && !left.includes(title));
  const runs = [
    ...(hasBase ? [{ ...queuedDraft(config), name: joinedName([METHODS[method], `seed ${config.seed}`]) }] : []),
    ...chosen.flatMap(({ title, config: own }) =>
      own
        ? [{ name: joinedName([`${METHODS[method]} ${title}`, `seed ${own.seed}`]), config: own, rules: stopRules() }]
        : [],
    ),
  ];
  return (
    <ModalDialog label="Ablations of the paper" className="queue-dialog" onClose={onClose}>
      <h2>Queue ablations ({chosen.length})</h2>
      <p className="quiet">
        As in {PAPERS[method]}: each changes the draft in the switches that it names. Runs that share a tokenizer train
        it once.
      </p>
      <ul className="ablations">
        <li>
          <label className="check">
            <input type="checkbox" checked={hasBase} onChange={({ target }) => setHasBase(target.checked)} />
            <span>
              <strong>The draft as it is</strong>
              <small>what the others are measured against</small>
            </span>
          </label>
        </li>
        {all.map((ablation) => (
          <li key={ablation.title}>
            <label className="check">
              <input
                type="checkbox"
                checked={ablation.config !== null && !left.includes(ablation.title)}
                disabled={ablation.config === null}
                onChange={({ target }) => toggle(ablation.title, target.checked)}
              />
              <span>
                <strong>{ablation.title}</strong>
                <small>{switchWords(ablation, (path) => labelOf(config, path))}</small>
              </span>
            </label>
          </li>
        ))}
      </ul>
      <PlannedRuns
        runs={runs}
        title={`Ablations of ${METHODS[method]}`}
        problem={runs.length === 0 ? 'Tick at least one.' : null}
        onDone={onClose}
      />
    </ModalDialog>
  );
}

function switchWords({ switches, config }: Ablation, label: (path: string) => string): string {
  if (config === null) return 'the draft has no such part; choose a domain to transfer to, or another preset';
  return switches.map(({ path, to }) => `${label(path)}: ${valueText(to)}`).join(', ');
}
