import { useEffect } from 'react';
import { runningRun, useJobs } from '../stores/jobs';

/** A hidden tab tells how far it is: "▶ 42% · tokenizer". */
export function useDocumentTitle(): void {
  const title = useJobs((jobs) => {
    const run = runningRun(jobs);
    if (!run) return 'Tessera';
    const { progress } = jobs;
    const share = progress && progress.total > 0 ? `${Math.floor((100 * progress.done) / progress.total)}% · ` : '';
    return `${progress?.isPaused ? '⏸' : '▶'} ${share}${run}`;
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
