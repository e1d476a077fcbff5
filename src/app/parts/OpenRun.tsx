import { FolderOpen } from 'lucide-react';
import { useId } from 'react';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';

/** Picks the output folder of `tessera train`: the same checkpoint goes on in the page. */
export function OpenRun() {
  const id = useId();
  const session = useSession();
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  return (
    <>
      <input
        id={id}
        className="visually-hidden"
        type="file"
        multiple
        disabled={isRunning}
        accept=".json,.jsonl,.safetensors"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          if (files.length > 0) void session.openRun(files);
          event.target.value = '';
        }}
      />
      <label
        htmlFor={id}
        className={`button ${isRunning ? 'is-disabled' : ''}`}
        title="The files of a folder written by tessera train: run.json, *.safetensors, metrics.jsonl, evaluations"
      >
        <FolderOpen size={14} aria-hidden /> Open a run
      </label>
    </>
  );
}
