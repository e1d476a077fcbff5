import { Save } from 'lucide-react';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';
import { MenuButton } from './MenuButton';

/** Saves the current run as one `.tessera` file; nothing leaves the machine. */
export function SaveRun() {
  const session = useSession();
  const hasRun = useJobs((jobs) => jobs.tokenizer.state !== 'none' || jobs.recommender.state !== 'none');
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  if (!hasRun || isRunning) return null;
  return (
    <MenuButton
      label={
        <>
          <Save size={14} aria-hidden /> Save the run
        </>
      }
    >
      {(close) => {
        const save = (isAnonymous: boolean): void => {
          close();
          void session.saveRun(isAnonymous);
        };
        return (
          <>
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
          </>
        );
      }}
    </MenuButton>
  );
}
