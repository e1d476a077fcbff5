import { CodebookPanel } from '../charts/CodebookPanel';
import { CurvesPanel, type Figure } from '../charts/CurvesPanel';
import { PathPanel } from '../codes/PathPanel';
import { WallPanel } from '../codes/WallPanel';
import { TOKENIZER_FIELDS } from '../config/fields';
import { DriftPanels } from '../drift/DriftPanels';
import { ConfigForm } from '../parts/ConfigForm';
import { NeedsData } from '../parts/NeedsData';
import { PageHead } from '../parts/PageHead';
import { Panel } from '../parts/Panel';
import { PresetNote } from '../parts/PresetNote';
import { RunControls } from '../parts/RunControls';
import { RunStrip } from '../parts/RunStrip';
import { useDraft } from '../stores/draft';
import { runningRun, useJobs } from '../stores/jobs';
import { useMultiIdentifier } from '../stores/multiIdentifier';
import { useWorkspace } from '../stores/workspace';

const FIGURES: readonly Figure[] = [
  { title: 'Loss', lines: [{ key: 'loss', label: 'Loss', colour: 3, isSmoothed: true }] },
  { title: 'Reconstruction', lines: [{ key: 'reconstruction', label: 'Reconstruction', colour: 1, isSmoothed: true }] },
  { title: 'Commitment', lines: [{ key: 'commitment', label: 'Commitment', colour: 6, isSmoothed: true }] },
];

/** Trains the residual quantizer and shows the health of its codebooks meanwhile. */
export function TokenizerPage() {
  const hasData = useWorkspace((state) => state.data !== null);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const codebook = useJobs((jobs) => jobs.codebook);
  const isForMany = useDraft(({ config }) => config.multiIdentifier !== undefined);
  const hasKept = useMultiIdentifier(({ kept }) => kept.length > 0);
  if (!hasData)
    return <NeedsData title="Tokenizer" lead="Turns the text of each item into a short identifier of codes." />;
  return (
    <>
      <PageHead title="Tokenizer" lead="Turns the text of each item into a short identifier of codes.">
        <RunControls run="tokenizer" />
      </PageHead>
      <RunStrip run="tokenizer" />
      <div className="columns">
        <Panel title="Configuration" note={isRunning ? 'locked while a job runs' : undefined} className="side">
          <PresetNote />
          <ConfigForm groups={TOKENIZER_FIELDS} isLocked={isRunning} />
        </Panel>
        <div className="stack">
          <CurvesPanel run="tokenizer" figures={FIGURES} />
          <CodebookPanel report={codebook} />
          <WallPanel />
          <PathPanel />
          {(isForMany || hasKept) && <DriftPanels />}
        </div>
      </div>
    </>
  );
}
