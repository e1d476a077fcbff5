import { Pause, Play, RotateCw, Square, StepForward } from 'lucide-react';
import { problemWithData } from '../config/dataLimits';
import { METHODS, type Method, methodOf, PRESET_NAMES, PRESET_NOTES, PRESETS, titleOfPreset } from '../config/presets';
import { sameRun } from '../config/sameRun';
import type { Run } from '../curves/curves';
import { QueueMenu } from '../queue/QueueMenu';
import { canContinue } from '../session';
import { useSession } from '../sessionContext';
import { useDraft } from '../stores/draft';
import { useElsewhere, useJobElsewhere } from '../stores/elsewhere';
import { runningRun, useJobs } from '../stores/jobs';
import { shownRun, useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';

const METHOD_NAMES: readonly Method[] = ['tiger', 'mtgrec', 'utgrec'];

import { TakeOver } from './TakeOver';
import { useMisfit } from './useRunCost';

/** Start, pause, resume and stop of one run, with the preset beside them. */
export function RunControls({ run }: { readonly run: Run }) {
  const session = useSession();
  const running = useJobs(runningRun);
  const state = useJobs((jobs) => jobs[run].state);
  const isPaused = useJobs((jobs) => jobs.progress?.isPaused ?? false);
  const isPausing = useJobs((jobs) => jobs.isPausing);
  const isStopping = useJobs((jobs) => jobs.isStopping);
  const config = useDraft((draft) => draft.config);
  const reason = useBlockingReason(run);
  const isElsewhere = useJobElsewhere(run) !== null;
  if (running === run)
    return (
      <>
        {isPaused ? (
          <button
            key="resume"
            type="button"
            className="button is-primary"
            disabled={isStopping}
            onClick={() => void session.resume()}
          >
            <Play size={14} aria-hidden /> Resume
          </button>
        ) : (
          <button
            type="button"
            className="button"
            disabled={isStopping || isPausing}
            onClick={() => void session.pause()}
          >
            <Pause size={14} aria-hidden /> {isPausing ? 'Pausing …' : 'Pause'}
          </button>
        )}
        {isPaused && (
          <button
            key="step"
            type="button"
            className="button"
            title="Train one step, then wait again; the key is . on the panel of progress"
            disabled={isStopping}
            onClick={() => void session.step()}
          >
            <StepForward size={14} aria-hidden /> Step
          </button>
        )}
        <button key="stop" type="button" className="button" disabled={isStopping} onClick={() => void session.stop()}>
          <Square size={14} aria-hidden /> {isStopping ? 'Stopping …' : 'Stop'}
        </button>
        <PresetSelect />
        <QueueMenu />
      </>
    );
  const isContinued = canContinue(run, config);
  return (
    <>
      <PresetSelect />
      {isElsewhere && <TakeOver className="button is-primary" />}
      <button
        // Not the element that stops: a second press would end what the first began.
        key="start"
        type="button"
        className={isElsewhere ? 'button' : 'button is-primary'}
        disabled={reason !== null}
        aria-describedby={reason === null ? undefined : `${run}-reason`}
        onClick={() => {
          void session.start(run, config);
          requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-training]')?.focus());
        }}
      >
        {isContinued || state === 'none' ? <Play size={14} aria-hidden /> : <RotateCw size={14} aria-hidden />}
        {isContinued ? 'Continue' : state === 'none' ? `Train the ${run}` : 'Train anew'}
      </button>
      <QueueMenu />
      {reason !== null && (
        <span id={`${run}-reason`} className="blocking-reason">
          {reason}
        </span>
      )}
    </>
  );
}

function useBlockingReason(run: Run): string | null {
  const hasGpu = useWorkspace((state) => state.adapter !== null);
  const running = useJobs(runningRun);
  const elsewhere = useElsewhere(({ job }) => job?.part ?? null);
  const isTokenized = useJobs((jobs) => jobs.tokenizer.state === 'done');
  const items = useWorkspace(({ data }) => data?.items ?? null);
  const hasProblems = useDraft(({ problems }) => Object.keys(problems).length > 0);
  // A recommender starts from identifiers that are there: what made them no longer matters.
  const fitsData = useDraft(({ config }) => run === 'recommender' || problemWithData(config, items) === null);
  const misfit = useMisfit();
  const isTrained = useIsTrainedSo(run);
  if (!hasGpu) return 'needs WebGPU';
  if (running !== null) return `the ${running} is running`;
  if (elsewhere !== null) return `another tab trains a ${elsewhere}`;
  if (run === 'recommender' && !isTokenized) return 'train the tokenizer first';
  if (hasProblems || !fitsData) return 'correct the marked fields';
  if (isTrained) return 'trained so already: change a setting or the seed';
  return misfit?.reason ?? null;
}

/** Whether the shown run has these very settings and has come to its end: the same seed would give the same result. */
function useIsTrainedSo(run: Run): boolean {
  const config = useDraft((draft) => draft.config);
  const record = useJobs((jobs) => jobs[run]);
  // A model that was opened without its test is tested by training it.
  const isTested = useJobs(({ evaluations }) => run === 'tokenizer' || evaluations.length > 0);
  // What comes with Tessera is read only: training it anew makes a run of one's own.
  const isShipped = useRuns((runs) => shownRun(runs)?.source === 'shipped');
  const { state, config: trained } = record;
  return state === 'done' && isTested && !isShipped && trained !== null && sameRun(run, trained, config);
}

function PresetSelect() {
  const preset = useDraft((draft) => draft.preset);
  const choosePreset = useDraft((draft) => draft.choosePreset);
  return (
    <label className="preset" title={PRESET_NOTES[preset]}>
      <span>Preset</span>
      <select
        value={preset}
        onChange={({ target }) => {
          const chosen = PRESET_NAMES.find((name) => name === target.value);
          if (chosen) choosePreset(chosen);
        }}
      >
        {METHOD_NAMES.map((method) => (
          <optgroup key={method} label={METHODS[method]}>
            {PRESET_NAMES.filter((name) => methodOf(PRESETS[name]) === method).map((name) => (
              <option key={name} value={name}>
                {titleOfPreset(name)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
