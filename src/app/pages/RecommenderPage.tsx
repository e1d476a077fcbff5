import { ArrowRight } from 'lucide-react';
import { Link } from 'wouter';
import { CurvesPanel } from '../charts/CurvesPanel';
import { RECOMMENDER_CURVES } from '../charts/recommenderCurves';
import { RECOMMENDER_FIELDS } from '../config/fields';
import { isForMany } from '../config/system';
import { CurriculumPanels } from '../curriculum/CurriculumPanels';
import { ConfigForm } from '../parts/ConfigForm';
import { CostNote } from '../parts/CostNote';
import { DraftNote } from '../parts/DraftNote';
import { EmptyState } from '../parts/EmptyState';
import { MetricsPanel } from '../parts/MetricsPanel';
import { NeedsData } from '../parts/NeedsData';
import { PageHead } from '../parts/PageHead';
import { Panel } from '../parts/Panel';
import { PresetNote } from '../parts/PresetNote';
import { RunControls } from '../parts/RunControls';
import { RunStrip } from '../parts/RunStrip';
import { SaveRun } from '../parts/SaveRun';
import { SlowAdapterNote } from '../parts/SlowAdapterNote';
import { QueueMenu } from '../queue/QueueMenu';
import { ResultsPanel } from '../results/ResultsPanel';
import { OpenShipped } from '../runs/OpenShipped';
import { RunPicker } from '../runs/RunPicker';
import { useDraft } from '../stores/draft';
import { runningRun, useJobs } from '../stores/jobs';
import { useMultiIdentifier } from '../stores/multiIdentifier';
import { useWorkspace } from '../stores/workspace';

const LEAD = 'Reads a user’s history as codes and writes the identifier of the next item.';

/** Trains the encoder-decoder and sets its metrics beside the counting reference points. */
export function RecommenderPage() {
  const hasData = useWorkspace((state) => state.data !== null);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const isWaiting = useJobs((jobs) => jobs.recommender.state === 'none' && jobs.tokenizer.state !== 'done');
  const hasMany = useDraft(({ config }) => isForMany(config));
  const hasEstimates = useMultiIdentifier(({ curriculum }) => curriculum.length > 0);
  if (!hasData) return <NeedsData title="Recommender" lead={LEAD} />;
  if (isWaiting)
    return (
      <>
        <PageHead title="Recommender" lead={LEAD}>
          <QueueMenu />
        </PageHead>
        <EmptyState
          title="Identifiers come first"
          action={
            <div className="button-row">
              <Link href="/tokenizer" className="button is-primary">
                {isRunning ? 'Watch the tokenizer' : 'Go to the tokenizer'} <ArrowRight size={14} aria-hidden />
              </Link>
              {!isRunning && <OpenShipped />}
            </div>
          }
        >
          The recommender reads and writes the codes that the tokenizer gives to items.{' '}
          {isRunning ? 'It is training now.' : 'Train it first.'}
        </EmptyState>
      </>
    );
  return (
    <>
      <PageHead title="Recommender" lead={LEAD}>
        <RunPicker />
        <SaveRun />
        <RunControls run="recommender" />
      </PageHead>
      <RunStrip run="recommender" />
      <div className="columns">
        <Panel title="Configuration" note={isRunning ? 'draft of the next run' : undefined} className="side">
          <PresetNote />
          <DraftNote />
          <SlowAdapterNote />
          <CostNote run="recommender" />
          <ConfigForm groups={RECOMMENDER_FIELDS} />
        </Panel>
        <div className="stack">
          <CurvesPanel run="recommender" figures={RECOMMENDER_CURVES} />
          {(hasMany || hasEstimates) && <CurriculumPanels />}
          <MetricsPanel />
          <ResultsPanel />
        </div>
      </div>
    </>
  );
}
