import { STATE_WORDS } from '../data/importWords';
import { activeImport, useCatalogue } from '../stores/catalogue';
import { useElsewhere } from '../stores/elsewhere';
import { runningRun, useJobs } from '../stores/jobs';
import { STAGE_TITLES } from './stageTitles';

/** Tells screen readers of changes of state, not of every step. */
export function Announcer() {
  const sentence = useJobs((jobs) => {
    const run = runningRun(jobs);
    if (run && jobs.progress?.isPaused) return `The ${run} is paused.`;
    if (run) return `${STAGE_TITLES[jobs.progress?.stage ?? run]}.`;
    if (jobs.recommender.state !== 'none') return `The recommender is ${jobs.recommender.state}.`;
    return jobs.tokenizer.state === 'none' ? '' : `The tokenizer is ${jobs.tokenizer.state}.`;
  });
  const otherSentence = useElsewhere(({ job }) => (job ? `Another tab trains the ${job.part}.` : ''));
  const importSentence = useCatalogue((state) => {
    const job = activeImport(state) ?? state.imports.at(-1);
    return job ? `Import of ${job.domainName}: ${STATE_WORDS[job.state]}.` : '';
  });
  return (
    <p className="visually-hidden" aria-live="polite" role="status">
      {sentence} {otherSentence} {importSentence}
    </p>
  );
}
