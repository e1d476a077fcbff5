import { Hammer } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DomainInfo, TransformCounts, TransformOptions } from '../../worker/protocol/data';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { useDataSession } from './dataSessionContext';
import { ShapeForm } from './ShapeForm';
import { STEP_WORDS, shapeProblem } from './shapeFields';
import { useNewest } from './useNewest';

/** Lets the last edit settle before counting. */
const COUNT_AFTER_MS = 250;

/** Which users and items of a domain train: rules, and what they would leave before they are built. */
export function ShapePanel({ domain }: { readonly domain: DomainInfo }) {
  const session = useDataSession();
  const [options, setOptions] = useState(domain.transform ?? null);
  const first = useNewest<TransformOptions>();
  const preview = useNewest<TransformCounts>();
  const [isCounting, setCounting] = useState(false);
  const [isBuilding, setBuilding] = useState(false);
  const problem = options ? shapeProblem(options) : null;
  const { take: takeFirst, value: proposed } = first;
  const { take: takePreview } = preview;
  useEffect(() => {
    // Not shaped yet: begin with what fits the data.
    if (options === null) void takeFirst(session.ask({ kind: 'defaultTransform', domain: domain.id }));
  }, [session, domain.id, options, takeFirst]);
  useEffect(() => {
    if (proposed) setOptions((held) => held ?? proposed);
  }, [proposed]);
  useEffect(() => {
    if (options === null || problem !== null) return;
    setCounting(true);
    const timer = setTimeout(() => {
      void takePreview(session.ask({ kind: 'previewTransform', domain: domain.id, options })).finally(() =>
        setCounting(false),
      );
    }, COUNT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [session, domain.id, options, problem, takePreview]);
  const counts = preview.value ?? domain.counts;
  const error = first.error ?? preview.error;
  if (options === null) return <p className="quiet">{error ? error.message : 'Reading the domain …'}</p>;
  const isBuilt = JSON.stringify(options) === JSON.stringify(domain.transform);
  const build = async (): Promise<void> => {
    setBuilding(true);
    await session.applyTransform(domain.id, options);
    setBuilding(false);
  };
  return (
    <div className="shape">
      <div className="shape-form">
        <ShapeForm options={options} counts={counts} isDisabled={isBuilding} onChange={setOptions} />
        {problem !== null && (
          <p className="field-problem" role="status">
            {problem}
          </p>
        )}
        <div className="button-row is-left">
          <button
            type="button"
            className="button is-primary"
            disabled={problem !== null || isBuilding || isBuilt || counts?.users === 0}
            onClick={() => void build()}
          >
            <Hammer size={14} aria-hidden /> {isBuilding ? 'Building …' : isBuilt ? 'Built like this' : 'Build'}
          </button>
        </div>
      </div>
      <div className="stack">
        {error && <ErrorNote title="These rules could not be tried" error={error} />}
        {counts && <Counts counts={counts} options={options} isStale={isCounting} />}
      </div>
    </div>
  );
}

interface CountsProps {
  readonly counts: TransformCounts;
  readonly options: TransformOptions;
  readonly isStale: boolean;
}

/** What is left after each rule, and the parts of the split. */
export function Counts({ counts, options, isStale }: CountsProps) {
  const parts = [
    ['Training pairs', counts.trainExamples],
    ['Validation targets', counts.validExamples],
    ['Test targets', counts.testExamples],
    ['Cold items', counts.coldItems],
    ['Targets that are cold', counts.coldTargets],
  ] as const;
  return (
    <div className={`stack ${isStale ? 'is-stale' : ''}`} aria-busy={isStale}>
      <table className="numbers-table shape-steps">
        <caption className="visually-hidden">What is left after each rule</caption>
        <thead>
          <tr>
            <th scope="col">After</th>
            <th scope="col">Users</th>
            <th scope="col">Items with events</th>
            <th scope="col">Interactions</th>
          </tr>
        </thead>
        <tbody>
          {counts.steps.map((step) => (
            <tr key={step.step}>
              <th scope="row">
                {STEP_WORDS[step.step]}
                {step.step === 'core' && (
                  <span className="quiet">
                    {' '}
                    {options.userCore}/{options.itemCore}, {counts.coreRounds}{' '}
                    {counts.coreRounds === 1 ? 'round' : 'rounds'}
                  </span>
                )}
              </th>
              <td>{formatCount(step.users)}</td>
              <td>{formatCount(step.items)}</td>
              <td>{formatCount(step.interactions)}</td>
            </tr>
          ))}
          <tr className="is-result">
            <th scope="row">Trains</th>
            <td>{formatCount(counts.users)}</td>
            <td>{formatCount(counts.items)}</td>
            <td>{formatCount(counts.interactions)}</td>
          </tr>
        </tbody>
      </table>
      <dl className="shape-parts">
        {parts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{formatCount(value)}</dd>
          </div>
        ))}
      </dl>
      <p className="quiet" role="status">
        {counts.users === 0
          ? 'Nothing is left under these rules; lower the fewest events.'
          : `${counts.averageLength.toFixed(2)} interactions a user. Cold items are targets that never occur in training; only their text and picture are known.`}
      </p>
    </div>
  );
}
