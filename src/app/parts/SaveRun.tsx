import { Save } from 'lucide-react';
import { useRef } from 'react';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';

/** Saves the current run as one `.tessera` file; nothing leaves the machine. */
export function SaveRun() {
  const session = useSession();
  const menu = useRef<HTMLDetailsElement>(null);
  const hasRun = useJobs((jobs) => jobs.tokenizer.state !== 'none' || jobs.recommender.state !== 'none');
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  if (!hasRun || isRunning) return null;
  const save = (isAnonymous: boolean): void => {
    if (menu.current) menu.current.open = false;
    void session.saveRun(isAnonymous);
  };
  return (
    <details
      ref={menu}
      className="export-menu"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && menu.current?.open) {
          menu.current.open = false;
          menu.current.querySelector('summary')?.focus();
        }
      }}
    >
      <summary className="button">
        <Save size={14} aria-hidden /> Save the run
      </summary>
      <div className="export-list">
        <button type="button" onClick={() => save(false)}>
          As one .tessera file
        </button>
        <button
          type="button"
          title="Without names of run and data, notes, paths, machine and dates; configuration, tensors and metrics stay"
          onClick={() => save(true)}
        >
          Without names and machine
        </button>
      </div>
    </details>
  );
}
