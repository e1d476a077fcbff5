import { Database, Upload } from 'lucide-react';
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
export function DataSources({ isCompact = false }: { readonly isCompact?: boolean }) {
  const session = useSession();
  const dataSession = useDataSession();
  const opening = useWorkspace((state) => state.opening);
  const error = useWorkspace((state) => state.openError);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const isBusy = opening !== null || isRunning;
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
              <Mosaic key={seed} seed={seed} size={34} />
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
            onClick={() => void session.openSample()}
          >
            <Database size={14} aria-hidden /> Use the sample
          </button>
        </div>
        <DropZone
          isDisabled={isBusy}
          onFiles={(files) =>
            void (files.some(({ file }) => isRunFile(file.name)) || isPlainLayout(files)
              ? session.openFiles(files.map(({ file }) => file))
              : dataSession.recognise(files, []))
          }
        >
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
