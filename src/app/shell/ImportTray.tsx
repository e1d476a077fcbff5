import { Pause, Play, X } from 'lucide-react';
import { Link } from 'wouter';
import { useDataSession } from '../data/dataSessionContext';
import { ImportBar } from '../data/ImportBar';
import { progressSentence, STATE_WORDS } from '../data/importWords';
import { activeImport, useCatalogue } from '../stores/catalogue';

/** The import at work, on every page, above the training job. */
export function ImportTray() {
  const session = useDataSession();
  const job = useCatalogue(activeImport);
  if (!job) return null;
  const isPaused = job.state === 'paused';
  return (
    <section className="job-tray is-import" aria-label="Import">
      <Link href="/data" className="job-name">
        Importing {job.domainName}
        {job.state !== 'running' && <span className="badge is-warn">{STATE_WORDS[job.state]}</span>}
      </Link>
      <ImportBar job={job} />
      <span className="job-numbers">{progressSentence(job)}</span>
      <span className="job-buttons">
        {(job.state === 'running' || isPaused) && (
          <button
            type="button"
            className="icon-button"
            aria-label={isPaused ? 'Resume the import' : 'Pause the import'}
            title={isPaused ? 'Resume' : 'Pause'}
            onClick={() => void session.steer(job.id, isPaused ? 'resume' : 'pause')}
          >
            {isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label="Cancel the import"
          title="Cancel"
          onClick={() => void session.steer(job.id, 'cancel')}
        >
          <X size={14} aria-hidden />
        </button>
      </span>
    </section>
  );
}
