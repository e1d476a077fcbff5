import { Pause, Play, X } from 'lucide-react';
import type { ImportView } from '../../worker/protocol/data';
import { formatShare } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { BadRowsTable } from './BadRowsTable';
import { useDataSession } from './dataSessionContext';
import { ImportBar } from './ImportBar';
import { countsSentence, progressSentence, STATE_WORDS } from './importWords';
import { listed } from './listed';
import { FilePicker } from './SourceStep';

/** One import on the page: how far it is, what came in, what it asks. */
export function ImportJob({ job }: { readonly job: ImportView }) {
  const session = useDataSession();
  const isMoving = job.state === 'running' || job.state === 'paused';
  const isBarred = job.state !== 'done' && job.state !== 'interrupted';
  const isOver = job.state === 'done' || job.state === 'cancelled';
  return (
    <Panel
      title={`Import of ${job.domainName}`}
      note={`${job.label} · ${STATE_WORDS[job.state]}`}
      className="import-job"
      actions={
        <>
          {isMoving && (
            <button
              type="button"
              className="button is-small"
              onClick={() => void session.steer(job.id, job.state === 'paused' ? 'resume' : 'pause')}
            >
              {job.state === 'paused' ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
              {job.state === 'paused' ? 'Resume' : 'Pause'}
            </button>
          )}
          {isOver ? (
            <button type="button" className="button is-small" onClick={() => void session.steer(job.id, 'dismiss')}>
              Dismiss
            </button>
          ) : (
            <button type="button" className="button is-small" onClick={() => void session.steer(job.id, 'cancel')}>
              <X size={13} aria-hidden /> Cancel
            </button>
          )}
        </>
      }
    >
      <div className="stack">
        {isBarred && <ImportBar job={job} />}
        <p className="import-numbers">
          <span>{progressSentence(job)}</span>
          <span>{countsSentence(job)}</span>
        </p>
        <Question job={job} />
        {job.rejectedRows.length > 0 && <BadRowsTable rows={job.rejectedRows} total={job.rejected} />}
      </div>
    </Panel>
  );
}

/** What stands in the way, with the buttons that take it out. */
function Question({ job }: { readonly job: ImportView }) {
  const session = useDataSession();
  if (job.state === 'asking') {
    const share = job.rejected / Math.max(1, job.rejected + job.items + job.interactions);
    return (
      <div className="error-note is-question" role="alert">
        <div>
          <strong>More than 1 % of the rows are bad ({formatShare(share)} so far)</strong>
          <p>{job.error?.message ?? 'The rows below break the format.'}</p>
          <p className="error-next">
            Go on if these rows can be left out; otherwise cancel, correct the file and import it again.
          </p>
          <div className="button-row is-left">
            <button type="button" className="button" onClick={() => void session.steer(job.id, 'acceptBadRows')}>
              Leave bad rows out and go on
            </button>
            <button type="button" className="button" onClick={() => void session.steer(job.id, 'cancel')}>
              Cancel the import
            </button>
          </div>
        </div>
      </div>
    );
  }
  if (job.state === 'full')
    return (
      <div className="error-note is-question" role="alert">
        <div>
          <strong>The browser’s storage is full</strong>
          <p>{job.error?.message}</p>
          <p className="error-next">What was read so far is kept. Delete domains under Storage below, then go on.</p>
          <div className="button-row is-left">
            <button type="button" className="button" onClick={() => void session.steer(job.id, 'resume')}>
              Go on
            </button>
          </div>
        </div>
      </div>
    );
  if (job.state === 'interrupted')
    return (
      <div className="resume-question">
        <p>
          The page was closed during this import. What was stored is kept.{' '}
          {job.files.length > 0
            ? `Choose the same files again to go on: ${listed(job.files)}`
            : `It goes on from ${job.urls.join(', ')}`}
        </p>
        {job.files.length > 0 ? (
          <>
            <FilePicker
              label="Choose the files again"
              isFolder={false}
              isDisabled={false}
              onFiles={(files) => void session.continueImport(job.id, files)}
            />
            {job.files.some((name) => name.includes('/')) && (
              <FilePicker
                label="Choose the folder again"
                isFolder={true}
                isDisabled={false}
                onFiles={(files) => void session.continueImport(job.id, files)}
              />
            )}
          </>
        ) : (
          <button type="button" className="button" onClick={() => void session.continueImport(job.id, [])}>
            Fetch the rest
          </button>
        )}
        {job.error && <ErrorNote title="This import could not go on" error={job.error} />}
      </div>
    );
  if (job.state === 'failed' && job.error)
    return <ErrorNote title="The import has ended" error={job.error} next="Nothing of it is used for training." />;
  return null;
}
