import { RefreshCw } from 'lucide-react';
import { activeImport, useCatalogue } from '../stores/catalogue';
import { runningRun, useJobs } from '../stores/jobs';
import { useVersion } from '../stores/version';

/** A newer version asks; it never takes over by itself, and not while a job runs. */
export function NewVersion() {
  const takeOver = useVersion((version) => version.takeOver);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const isImporting = useCatalogue((catalogue) => activeImport(catalogue) !== null);
  if (!takeOver) return null;
  const isBusy = isRunning || isImporting;
  return (
    <div className="notice is-info" role="status">
      <RefreshCw size={16} aria-hidden />
      <p>
        A newer version of Tessera is here.{' '}
        {isBusy ? 'It can be taken over when the job is done.' : 'Taking it over reloads the page.'}
      </p>
      <button type="button" className="button is-small" disabled={isBusy} onClick={takeOver}>
        Reload
      </button>
    </div>
  );
}
