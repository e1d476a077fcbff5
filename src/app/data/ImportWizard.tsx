import { ArrowRight, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useCatalogue } from '../stores/catalogue';
import { nextStep, useImportDraft, type WizardStep } from '../stores/importDraft';
import { CheckStep } from './CheckStep';
import { ColumnMapper } from './ColumnMapper';
import { mappingProblem } from './columnRoles';
import { useDataSession } from './dataSessionContext';
import { FormatStep, isImportable } from './FormatStep';
import { SourceStep } from './SourceStep';

const STEPS: readonly (readonly [WizardStep, string])[] = [
  ['files', 'Files'],
  ['format', 'Format'],
  ['columns', 'Columns'],
  ['check', 'Name and size'],
];

/** From files to a running import: files, format, columns where they are unclear, name and size. */
export function ImportWizard() {
  const draft = useImportDraft();
  const session = useDataSession();
  const domains = useCatalogue((state) => state.domains);
  const body = useRef<HTMLDivElement>(null);
  const { step, candidate, recognised, isWithoutImages } = draft;
  // Whoever goes by keyboard or screen reader lands in the wizard and in each new step of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step says when
  useEffect(() => {
    body.current?.focus({ preventScroll: true });
  }, [step]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer depends on what is asked with the plan
  useEffect(() => {
    if (step === 'check' && candidate) void session.preflight();
  }, [step, candidate, isWithoutImages, session]);
  const isBusy = draft.busy !== null;
  return (
    <Panel
      title="Import"
      className="import-wizard"
      actions={
        <button type="button" className="icon-button" aria-label="Close the import" onClick={draft.close}>
          <X size={14} aria-hidden />
        </button>
      }
    >
      <WizardSteps step={step} hasColumns={candidate?.mapping != null} />
      <div ref={body} tabIndex={-1} className="wizard-body">
        {isBusy && (
          <p className="busy" role="status">
            {draft.busy}
          </p>
        )}
        {draft.error && (
          <ErrorNote title="This cannot be imported as it is" error={draft.error} next="Choose other files." />
        )}
        {step === 'files' && (
          <SourceStep
            isDisabled={isBusy}
            onFiles={(files) => void session.recognise(files, [])}
            onUrls={(urls) => void session.recognise([], urls)}
          />
        )}
        {step === 'format' && recognised && (
          <FormatStep
            recognised={recognised}
            chosen={candidate}
            onChoose={draft.choose}
            onNext={() => candidate && draft.goTo(nextStep(candidate))}
            onAll={() => void session.importAll(recognised.candidates.filter(isImportable))}
            onBack={() => draft.goTo('files')}
          />
        )}
        {step === 'columns' && candidate?.mapping && (
          <div className="stack">
            <ColumnMapper
              ask={candidate.mapping}
              mapping={draft.mapping}
              onChange={(mapping) => draft.edit({ mapping })}
            />
            <div className="button-row is-left">
              <button type="button" className="button" onClick={() => draft.goTo('format')}>
                Back
              </button>
              <button
                type="button"
                className="button is-primary"
                disabled={mappingProblem(draft.mapping) !== null}
                onClick={() => draft.goTo('check')}
              >
                Next <ArrowRight size={14} aria-hidden />
              </button>
            </div>
          </div>
        )}
        {step === 'check' && candidate && (
          <CheckStep
            candidate={candidate}
            name={draft.name}
            role={draft.role}
            isWithoutImages={isWithoutImages}
            preflight={draft.preflight}
            taken={domains.map(({ name }) => name)}
            isBusy={isBusy}
            onEdit={draft.edit}
            onImport={() => void session.startImport()}
            onBack={() => draft.goTo(candidate.mapping ? 'columns' : 'format')}
          />
        )}
      </div>
    </Panel>
  );
}

function WizardSteps({ step, hasColumns }: { readonly step: WizardStep; readonly hasColumns: boolean }) {
  const steps = STEPS.filter(([name]) => name !== 'columns' || hasColumns);
  const at = steps.findIndex(([name]) => name === step);
  return (
    <ol className="wizard-steps" aria-label="Steps of the import">
      {steps.map(([name, title], index) => (
        <li key={name} aria-current={name === step ? 'step' : undefined} className={index < at ? 'is-done' : undefined}>
          <span className="wizard-number" aria-hidden="true">
            {index + 1}
          </span>
          {title}
        </li>
      ))}
    </ol>
  );
}
