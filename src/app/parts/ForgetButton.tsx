import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';

/** Deletes data, runs and checkpoints after a second press. */
export function ForgetButton() {
  const session = useSession();
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const [isAsking, setAsking] = useState(false);
  if (!isAsking)
    return (
      <button type="button" className="button" disabled={isRunning} onClick={() => setAsking(true)}>
        <Trash2 size={14} aria-hidden /> Forget everything
      </button>
    );
  return (
    <>
      <span role="status">Data, runs and checkpoints go from this browser.</span>
      <button type="button" className="button is-bad" onClick={() => void session.forget()}>
        Forget
      </button>
      <button type="button" className="button" onClick={() => setAsking(false)}>
        Keep
      </button>
    </>
  );
}
