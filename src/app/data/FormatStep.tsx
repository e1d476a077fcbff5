import { ArrowRight } from 'lucide-react';
import { useId } from 'react';
import type { CandidateView, Recognised } from '../../worker/protocol/data';
import { formatSize } from '../format/numbers';
import { listed } from './listed';

interface FormatStepProps {
  readonly recognised: Recognised;
  readonly chosen: CandidateView | null;
  readonly onChoose: (candidate: CandidateView) => void;
  readonly onNext: () => void;
  /** Imports all domains under their proposed names. */
  readonly onAll: () => void;
  readonly onBack: () => void;
}

/** What the files were recognised as; several domains are imported one after the other. */
export function FormatStep({ recognised, chosen, onChoose, onNext, onAll, onBack }: FormatStepProps) {
  const group = useId();
  const { candidates, ignored } = recognised;
  const importable = candidates.filter(isImportable);
  if (candidates.length === 0)
    return (
      <div className="stack">
        <div className="error-note" role="alert">
          <div>
            <strong>None of these files is a format that can be read</strong>
            <p>{listed(ignored)}</p>
            <p className="error-next">
              A catalogue needs items (for example <code>items.jsonl.gz</code>, <code>meta_….jsonl.gz</code>,{' '}
              <code>movies.csv</code>) and events. Any table with a header row is read, too.
            </p>
          </div>
        </div>
        <div className="button-row is-left">
          <button type="button" className="button" onClick={onBack}>
            Choose other files
          </button>
        </div>
      </div>
    );
  return (
    <div className="stack">
      <fieldset className="candidates">
        <legend className="quiet">
          {candidates.length === 1
            ? 'Recognised:'
            : `${candidates.length} domains were recognised. Import which first?`}
        </legend>
        {candidates.map((candidate) => (
          <label key={candidate.index} className={`candidate ${candidate === chosen ? 'is-chosen' : ''}`}>
            <input
              type="radio"
              name={group}
              checked={candidate === chosen}
              disabled={candidate.isAddition}
              onChange={() => onChoose(candidate)}
            />
            <span className="candidate-text">
              <strong>{candidate.label}</strong>
              <Parts candidate={candidate} />
              {candidate.isAddition && (
                <span className="quiet">
                  Belongs to a catalogue: choose it together with the files that hold the items.
                </span>
              )}
            </span>
            {candidate.confidence < 0.5 && <span className="badge is-warn">by name only</span>}
          </label>
        ))}
      </fieldset>
      {ignored.length > 0 && <p className="quiet">Not read: {listed(ignored)}</p>}
      <div className="button-row is-left">
        <button type="button" className="button" onClick={onBack}>
          Other files
        </button>
        <button type="button" className="button is-primary" disabled={chosen === null} onClick={onNext}>
          Next <ArrowRight size={14} aria-hidden />
        </button>
        {importable.length > 1 && (
          <button type="button" className="button" onClick={onAll}>
            Import all {importable.length}
          </button>
        )}
      </div>
    </div>
  );
}

/** Needs no answers. */
export const isImportable = (candidate: CandidateView): boolean =>
  !candidate.isAddition && candidate.mapping === null && candidate.domainName !== '';

const PARTS_SHOWN = 6;
/** Roles whose own word says little to a reader. */
const PART_WORDS: Readonly<Record<string, string>> = {
  image: 'picture',
  imagePack: 'pictures',
  imageIndex: 'index of the pictures',
  mapping: 'numbers of users and items',
  meta: 'metadata of items',
  metadata: 'texts of items',
  npy: 'vectors',
  rawVectors: 'vectors',
  safetensors: 'vectors',
  semanticIds: 'codes',
  table: 'events',
};

/** Files of a candidate with what each is read as. */
export function Parts({ candidate }: { readonly candidate: CandidateView }) {
  const { parts } = candidate;
  return (
    <ul className="candidate-parts">
      {parts.slice(0, PARTS_SHOWN).map((part) => (
        <li key={part.name}>
          <code>{part.name}</code> {PART_WORDS[part.role] ?? part.role}
          {part.sizeBytes !== null && `, ${formatSize(part.sizeBytes)}`}
        </li>
      ))}
      {parts.length > PARTS_SHOWN && <li>and {parts.length - PARTS_SHOWN} more</li>}
    </ul>
  );
}
