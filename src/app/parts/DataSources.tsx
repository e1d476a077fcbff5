import { Database, Upload } from 'lucide-react';
import type { PickedFile } from '../../worker/protocol/data';
import { useDataSession } from '../data/dataSessionContext';
import { isPlainLayout } from '../data/pickedFiles';
import { isRunFile } from '../runFile';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';
import { DropZone } from './DropZone';
import { ErrorNote } from './ErrorNote';
import { FileFormat } from './FileFormat';
import { Mosaic } from './Mosaic';

/** The two ways to data: the sample, or one's own files. */
export function DataSources({
  isCompact = false,
  sampleLabel = 'Use the sample',
  onOpened,
}: {
  readonly isCompact?: boolean;
  readonly sampleLabel?: string;
  /** Called when the sample or files have been opened, or files were recognised and wait for answers; not on errors. */
  readonly onOpened?: (what: 'sample' | 'files') => void;
}) {
  const session = useSession();
  const dataSession = useDataSession();
  const opening = useWorkspace((state) => state.opening);
  const error = useWorkspace((state) => state.openError);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const isBusy = opening !== null || isRunning;
  const openSample = async (): Promise<void> => {
    await session.openSample();
    if (useWorkspace.getState().openError === null) onOpened?.('sample');
  };
  const openFiles = async (files: readonly PickedFile[]): Promise<void> => {
    if (files.some(({ file }) => isRunFile(file.name)) || isPlainLayout(files)) {
      await session.openFiles(files.map(({ file }) => file));
      if (useWorkspace.getState().openError === null) onOpened?.('files');
    } else {
      onOpened?.('files');
      await dataSession.recognise(files, []);
    }
  };
  return (
    <section className={`sources ${isCompact ? 'is-compact' : ''}`} aria-label="Open a data set">
      {isCompact && <h2 className="sources-title">Open another data set</h2>}
      {opening !== null && (
        <p className="busy" role="status">
          Opening {opening} …
        </p>
      )}
      {error && (
        <ErrorNote
          title="The data could not be opened"
          error={error}
          next="Correct the files and drop them again; nothing of them was kept."
        />
      )}
      <div className="source-cards">
        <div className="source-card is-sample">
          <div className="sample-mosaics" aria-hidden="true">
            {[3, 11, 29, 47, 53].map((seed) => (
              <Mosaic key={seed} of={seed} size={34} />
            ))}
          </div>
          <h2>The sample</h2>
          <p>
            Public-domain pictures in four domains and thousands of simulated users. Ships with the page; opens at once,
            offline.
          </p>
          <button
            type="button"
            className={`button ${isCompact ? '' : 'is-primary'}`}
            disabled={isBusy}
            onClick={() => void openSample()}
          >
            <Database size={14} aria-hidden /> {sampleLabel}
          </button>
        </div>
        <DropZone isDisabled={isBusy} onFiles={(files) => void openFiles(files)}>
          <Upload size={22} aria-hidden />
          <h2>Your own files</h2>
          <p>
            Drop <code>items.jsonl.gz</code> and <code>sequences.jsonl.gz</code> to open them at once, or any other data
            set to import it: Amazon Reviews, MovieLens, RecBole, CSV, Parquet. Nothing leaves this machine.
          </p>
          <FileFormat />
        </DropZone>
      </div>
      {isRunning && <p className="quiet">A job is running; stop it to open other data.</p>}
    </section>
  );
}
