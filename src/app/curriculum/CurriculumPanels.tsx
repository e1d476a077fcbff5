import { useMemo, useState } from 'react';
import { NEARLY_UNIFORM } from '../../evaluate/curriculum';
import type { CurriculumReport, RunConfig } from '../../worker/protocol';
import { residualOf } from '../config/system';
import { curveOf, useCurveVersion } from '../curves/curves';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { Panel } from '../parts/Panel';
import { useDraft } from '../stores/draft';
import { useJobs } from '../stores/jobs';
import { useMultiIdentifier } from '../stores/multiIdentifier';
import {
  isNearlyUniform,
  type SamplingRule,
  stageFigure,
  stagesOf,
  streamFigure,
  type ValidationPoint,
} from './curriculumFigures';

/** V6: which tokenizers feed pre-training, and why; grows with every estimate of influence. */
export function CurriculumPanels() {
  const reports = useMultiIdentifier((state) => state.curriculum);
  const draft = useDraft(({ config }) => config);
  const chosen = useJobs((jobs) => jobs.recommender.config) ?? draft;
  const config = residualOf(chosen);
  if (!config) return null;
  if (config.multiIdentifier?.sampling === 'uniform')
    return (
      <Panel title="Curriculum">
        <p className="quiet">Every tokenizer is drawn alike, always: this run has no curriculum.</p>
      </Panel>
    );
  if (reports.length === 0)
    return (
      <Panel title="Curriculum" note={`first estimate after ${config.multiIdentifier?.stages[0] ?? 0} epochs`}>
        <p className="quiet">
          Appears after the first stage: how much training on each tokenizer’s codes helps each of them, and the
          probabilities that follow.
        </p>
      </Panel>
    );
  return <Curriculum reports={reports} config={config} />;
}

interface CurriculumProps {
  readonly reports: readonly CurriculumReport[];
  readonly config: RunConfig;
}

function Curriculum({ reports, config }: CurriculumProps) {
  const note = useDataNote();
  const trained = useMemo<SamplingRule>(
    () => ({
      temperature: config.multiIdentifier?.temperature ?? 1,
      centring: config.multiIdentifier?.centring ?? 'none',
    }),
    [config],
  );
  const [rule, setRule] = useState<SamplingRule | null>(null);
  const [wanted, setWanted] = useState<number | null>(null);
  const { epochs } = config.recommender;
  const validation = useValidation(reports, epochs);
  const stages = useMemo(() => stagesOf(reports, rule, epochs), [reports, rule, epochs]);
  const spec = useMemo(
    () => streamFigure({ reports, rule, epochs, validation, note }),
    [reports, rule, epochs, validation, note],
  );
  const stage = stages.find((one) => one.stage === wanted) ?? stages.at(-1);
  const bars = useMemo(
    () => (stage ? stageFigure(stage, reports[0]?.tokenizers ?? [], note) : null),
    [stage, reports, note],
  );
  const last = reports.at(-1);
  return (
    <>
      <FigurePanel
        spec={spec}
        note={last ? `estimate ${last.stage} of ${last.stages}` : undefined}
        controls={
          <>
            <WhatIf trained={trained} rule={rule} onChange={setRule} />
            <span>
              Entropy <output>{(stages.at(-1)?.entropy ?? 1).toFixed(4)}</output> of the largest
            </span>
            {isNearlyUniform(stages) && (
              <span
                className="badge is-warn"
                title={`The entropy is above ${NEARLY_UNIFORM} of the largest possible: sampling is as good as uniform.`}
              >
                nearly uniform
              </span>
            )}
          </>
        }
        pickHint="shows the stage as bars"
        onPick={({ data, index }) => {
          const row = spec.data.find(({ name }) => name === data)?.rows[index];
          if (typeof row?.['stage'] === 'number') setWanted(row['stage']);
        }}
        onCursor={(at) => {
          const row = at && spec.data.find(({ name }) => name === at.data)?.rows[at.index];
          if (typeof row?.['stage'] === 'number') setWanted(row['stage']);
        }}
      />
      {bars && (
        <FigurePanel
          spec={bars}
          note={rule ? 'what if; not trained' : 'probabilities in force'}
          controls={
            <label>
              Stage
              <select value={stage?.stage ?? 0} onChange={({ target }) => setWanted(Number(target.value))}>
                {stages.map((one) => (
                  <option key={one.stage} value={one.stage}>
                    {one.stage === 0 ? 'before the first estimate' : `${one.stage}, from epoch ${one.from}`}
                  </option>
                ))}
              </select>
            </label>
          }
        />
      )}
    </>
  );
}

/** Slider positions are powers of ten: scores are unscaled, and only their size against the temperature matters. */
const STEPS_A_DECADE = 20;
const temperatureAt = (position: number): number => Number((10 ** (position / STEPS_A_DECADE)).toPrecision(2));
const positionOf = (temperature: number): number => Math.round(Math.log10(temperature) * STEPS_A_DECADE);

interface WhatIfProps {
  readonly trained: SamplingRule;
  readonly rule: SamplingRule | null;
  readonly onChange: (rule: SamplingRule | null) => void;
}

/** Other temperatures and rescaling: recomputes probabilities, never the training. */
function WhatIf({ trained, rule, onChange }: WhatIfProps) {
  const shown = rule ?? trained;
  return (
    <>
      <label>
        Temperature
        <input
          type="range"
          min={positionOf(1e-4)}
          max={positionOf(10)}
          step={1}
          value={positionOf(shown.temperature)}
          aria-valuetext={`temperature ${shown.temperature}`}
          onChange={({ target }) => onChange({ ...shown, temperature: temperatureAt(target.valueAsNumber) })}
        />
        <output>{shown.temperature}</output>
      </label>
      <label>
        <input
          type="checkbox"
          checked={shown.centring === 'minMax'}
          onChange={({ target }) => onChange({ ...shown, centring: target.checked ? 'minMax' : 'none' })}
        />
        Min–max rescale
      </label>
      {rule && (
        <>
          <span className="badge is-warn">what if</span>
          <button type="button" className="button is-small" onClick={() => onChange(null)}>
            Back to the run
          </button>
        </>
      )}
    </>
  );
}

/** Validation NDCG@10 of pre-training over epochs. */
function useValidation(reports: readonly CurriculumReport[], epochs: number): readonly ValidationPoint[] {
  const version = useCurveVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the curve's contents
  return useMemo(() => {
    const last = reports.at(-1);
    if (!last || last.epoch === 0) return [];
    const stepsAnEpoch = last.step / last.epoch;
    const { steps, values } = curveOf('recommender', 'validNdcg10');
    return Array.from(steps, (step, index) => ({ epoch: step / stepsAnEpoch, value: values[index] ?? 0 })).filter(
      // Fine-tuning counts its steps on from pre-training.
      ({ epoch }) => epoch <= epochs + 1e-6,
    );
  }, [reports, epochs, version]);
}
