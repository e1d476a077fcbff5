import { Download } from 'lucide-react';
import { useId } from 'react';
import type { CandidateView, DomainRole, Preflight } from '../../worker/protocol/data';
import { formatSize } from '../format/numbers';
import { Parts } from './FormatStep';
import { ROLE_NAMES } from './roles';

interface CheckStepProps {
  readonly candidate: CandidateView;
  readonly name: string;
  readonly role: DomainRole;
  readonly isWithoutImages: boolean;
  readonly preflight: Preflight | null;
  /** Names of the domains that are there. */
  readonly taken: readonly string[];
  readonly isBusy: boolean;
  readonly onEdit: (change: { name?: string; role?: DomainRole; isWithoutImages?: boolean }) => void;
  readonly onImport: () => void;
  readonly onBack: () => void;
}

/** The last look before the import: name, role, and whether it fits. */
export function CheckStep(props: CheckStepProps) {
  const { candidate, name, role, preflight, taken, isBusy, onEdit } = props;
  const id = useId();
  const nameProblem =
    name.trim() === ''
      ? 'The domain needs a name.'
      : taken.includes(name.trim())
        ? 'There is a domain of that name; choose another.'
        : null;
  const hasImages = candidate.parts.some(({ role: part }) => /image|picture|poster/i.test(part));
  const doesNotFit = preflight !== null && !preflight.fits;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (nameProblem === null && !doesNotFit && preflight !== null) props.onImport();
      }}
    >
      <div className="check-columns">
        <div className="check-recap">
          <strong>{candidate.label}</strong>
          <Parts candidate={candidate} />
        </div>
        <div className="config-form">
          <div className={`field ${nameProblem !== null ? 'is-wrong' : ''}`}>
            <label htmlFor={`${id}-name`}>Domain name</label>
            <input
              id={`${id}-name`}
              type="text"
              autoComplete="off"
              value={name}
              aria-invalid={nameProblem !== null}
              aria-describedby={`${id}-name-problem`}
              onChange={(event) => onEdit({ name: event.target.value })}
            />
            <span id={`${id}-name-problem`} className="field-problem">
              {nameProblem}
            </span>
          </div>
          <div className="field">
            <label htmlFor={`${id}-role`}>Role</label>
            <select id={`${id}-role`} value={role} onChange={(event) => onEdit({ role: asRole(event.target.value) })}>
              {ROLE_NAMES.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </div>
          {hasImages && (
            <label className="check-line">
              <input
                type="checkbox"
                checked={!props.isWithoutImages}
                onChange={(event) => onEdit({ isWithoutImages: !event.target.checked })}
              />
              Keep the pictures
            </label>
          )}
        </div>
      </div>
      <SizeLine preflight={preflight} hasImages={hasImages && !props.isWithoutImages} />
      <div className="button-row is-left">
        <button type="button" className="button" onClick={props.onBack}>
          Back
        </button>
        <button
          type="submit"
          className="button is-primary"
          disabled={isBusy || nameProblem !== null || preflight === null || doesNotFit}
        >
          <Download size={14} aria-hidden /> Import
        </button>
      </div>
    </form>
  );
}

function SizeLine({ preflight, hasImages }: { readonly preflight: Preflight | null; readonly hasImages: boolean }) {
  if (preflight === null) return <p className="quiet">Checking the space …</p>;
  const needs = `Needs about ${formatSize(preflight.neededBytes)}`;
  if (preflight.quotaBytes === 0) return <p className="quiet">{needs}; the browser does not say how much it offers.</p>;
  const has = `${formatSize(preflight.freeBytes)} of ${formatSize(preflight.quotaBytes)} are free`;
  if (preflight.fits)
    return (
      <p className="quiet">
        {needs}; {has}.
      </p>
    );
  return (
    <div className="error-note" role="alert">
      <div>
        <strong>This does not fit into the browser’s storage</strong>
        <p>
          {needs}; {has}, and an import may fill at most 80 % of it.
        </p>
        <p className="error-next">
          Delete domains under Storage{hasImages ? ', leave the pictures out' : ''}, import a smaller file, or use{' '}
          <code>tessera import</code> on the command line.
        </p>
      </div>
    </div>
  );
}

const asRole = (value: string): DomainRole => ROLE_NAMES.find(([role]) => role === value)?.[0] ?? 'downstream';
