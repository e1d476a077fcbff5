import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { pageAt } from '../routes';
import { runningRun, useJobs } from '../stores/jobs';

/** The tab says the page; while a job runs it first says how far that is: "▶ 42% · tokenizer". */
export function useDocumentTitle(): void {
  const [location] = useLocation();
  const page = pageAt(location)?.title;
  const job = useJobs((jobs) => {
    const run = runningRun(jobs);
    if (!run) return null;
    const { progress } = jobs;
    const share = progress && progress.total > 0 ? `${Math.floor((100 * progress.done) / progress.total)}% · ` : '';
    return `${progress?.isPaused ? '⏸' : '▶'} ${share}${run}`;
  });
  const title = job ?? (page === undefined ? 'Tessera' : `${page} · Tessera`);
  useEffect(() => {
    document.title = title;
  }, [title]);
}
