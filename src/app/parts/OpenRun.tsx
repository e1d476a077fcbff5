import { FolderOpen } from 'lucide-react';
import { useId } from 'react';
import { RUN_ACCEPT } from '../runFile';
import { useSession } from '../sessionContext';
import { runningRun, useJobs } from '../stores/jobs';

/** Picks a `.tessera` file, the output folder of `tessera train` or an exported model: it goes on in the page. */
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
        accept={RUN_ACCEPT}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          if (files.length > 0) void session.openRun(files);
          event.target.value = '';
        }}
      />
      <label
        htmlFor={id}
        className={`button ${isRunning ? 'is-disabled' : ''}`}
        title="A .tessera file, the files of a folder written by tessera train, or of an exported model"
      >
        <FolderOpen size={14} aria-hidden /> Open a run
      </label>
    </>
  );
}
