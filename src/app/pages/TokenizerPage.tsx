import { Link } from 'wouter';
import { CodebookPanel } from '../charts/CodebookPanel';
import { CurvesPanel } from '../charts/CurvesPanel';
import type { Figure } from '../charts/curvesFigure';
import { WallPanel } from '../codes/WallPanel';
import { TOKENIZER_FIELDS, UTGREC_FIELDS } from '../config/fields';
import { isForMany, isUtgrec } from '../config/system';
import { DriftPanels } from '../drift/DriftPanels';
import { GalleryPanel } from '../gallery/GalleryPanel';
import { QualityPanel } from '../gallery/QualityPanel';
import { SwitchFields } from '../gallery/SwitchFields';
import { ConfigForm } from '../parts/ConfigForm';
import { CostNote } from '../parts/CostNote';
import { DraftNote } from '../parts/DraftNote';
import { NeedsData } from '../parts/NeedsData';
import { PageHead } from '../parts/PageHead';
import { Panel } from '../parts/Panel';
import { PresetNote } from '../parts/PresetNote';
import { RunControls } from '../parts/RunControls';
import { RunStrip } from '../parts/RunStrip';
import { SlowAdapterNote } from '../parts/SlowAdapterNote';
import { TransferFields } from '../parts/TransferFields';
import { RunPicker } from '../runs/RunPicker';
import { useDraft } from '../stores/draft';
import { runningRun, useJobs } from '../stores/jobs';
import { useMultiIdentifier } from '../stores/multiIdentifier';
import { useWorkspace } from '../stores/workspace';

const FIGURES: readonly Figure[] = [
  { title: 'Loss', lines: [{ key: 'loss', label: 'Loss', colour: 3, isSmoothed: true }] },
  { title: 'Reconstruction', lines: [{ key: 'reconstruction', label: 'Reconstruction', colour: 1, isSmoothed: true }] },
  { title: 'Commitment', lines: [{ key: 'commitment', label: 'Commitment', colour: 6, isSmoothed: true }] },
];

/** Every part of UTGRec's objective by its name. */
const UTGREC_FIGURES: readonly Figure[] = [
  { title: 'Loss', lines: [{ key: 'loss', label: 'Loss', colour: 3, isSmoothed: true }] },
  {
    title: 'Text',
    lines: [
      { key: 'text', label: 'Text', colour: 1, isSmoothed: true },
      { key: 'textPositive', label: 'of the co-occurring item', colour: 4, isSmoothed: true },
    ],
  },
  {
    title: 'Picture',
    lines: [
      { key: 'image', label: 'Picture', colour: 1, isSmoothed: true },
      { key: 'imagePositive', label: 'of the co-occurring item', colour: 4, isSmoothed: true },
    ],
  },
  {
    title: 'Codebooks',
    lines: [
      { key: 'codebook', label: 'Codebook loss', colour: 3, isSmoothed: true },
      { key: 'rootError', label: 'root error', colour: 6, isSmoothed: true },
      { key: 'leafError', label: 'leaf error', colour: 2, isSmoothed: true },
    ],
  },
  { title: 'Alignment', lines: [{ key: 'alignment', label: 'Alignment', colour: 6, isSmoothed: true }] },
  {
    title: 'Learning rate',
    lines: [{ key: 'learningRate', label: 'Learning rate', colour: 2, isSmoothed: false }],
  },
];

const LEADS = {
  residual: 'Turns the text of each item into a short identifier of codes.',
  utgrec: 'Turns the text and picture of each item into a short identifier of codes, over several domains.',
} as const;

/** Trains a tokenizer and shows its losses, the use of its codes and what they keep. */
export function TokenizerPage() {
  const hasData = useWorkspace((state) => state.data !== null);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const codebook = useJobs((jobs) => jobs.codebook);
  const hasMany = useDraft(({ config }) => isForMany(config));
  const hasKept = useMultiIdentifier(({ kept }) => kept.length > 0);
  const isDraftUtgrec = useDraft(({ config }) => isUtgrec(config));
  // What has run decides what is shown; the draft decides before anything has.
  const isShownUtgrec = useJobs(({ tokenizer }) => (tokenizer.config ? isUtgrec(tokenizer.config) : isDraftUtgrec));
  const lead = LEADS[isDraftUtgrec ? 'utgrec' : 'residual'];
  if (!hasData) return <NeedsData title="Tokenizer" lead={lead} />;
  return (
    <>
      <PageHead title="Tokenizer" lead={lead}>
        <RunPicker />
        <RunControls run="tokenizer" />
      </PageHead>
      <RunStrip run="tokenizer" />
      <div className="columns">
        <Panel title="Configuration" note={isRunning ? 'draft of the next run' : undefined} className="side">
          <PresetNote />
          <DraftNote />
          <SlowAdapterNote />
          <CostNote run="tokenizer" />
          {isDraftUtgrec ? (
            <ConfigForm groups={UTGREC_FIELDS}>
              <TransferFields />
              <SwitchFields />
            </ConfigForm>
          ) : (
            <ConfigForm groups={TOKENIZER_FIELDS} />
          )}
        </Panel>
        <div className="stack">
          <CurvesPanel run="tokenizer" figures={isShownUtgrec ? UTGREC_FIGURES : FIGURES} />
          <CodebookPanel report={codebook} />
          {isShownUtgrec && <QualityPanel />}
          {isShownUtgrec && <GalleryPanel />}
          <WallPanel note={<Link href="/codebooks">More about these codes</Link>} />
          {(hasMany || hasKept) && <DriftPanels />}
        </div>
      </div>
    </>
  );
}
