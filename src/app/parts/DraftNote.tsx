import { configDifferences, labelOf, valueText } from '../config/configPaths';
import { useDraft } from '../stores/draft';
import { runningRun, useJobs } from '../stores/jobs';

/** More differences would not be read. */
const MOST = 6;

/** While a run trains: that the form is a draft for the next one, and what differs from the one that trains. */
export function DraftNote() {
  const draft = useDraft((state) => state.config);
  const trained = useJobs((jobs) => {
    const run = runningRun(jobs);
    return run === null ? null : jobs[run].config;
  });
  if (!trained) return null;
  const differences = configDifferences(trained, draft);
  const more = differences.length - MOST;
  return (
    <p className="draft-note" role="note">
      {differences.length === 0
        ? 'The run that trains keeps these settings; changes make a draft for the next one.'
        : 'A draft for the next run. It differs from the one that trains: '}
      {differences
        .slice(0, MOST)
        .map(({ path, from, to }) => `${labelOf(draft, path)} ${valueText(from)} → ${valueText(to)}`)
        .join(', ')}
      {more > 0 && ` and ${more} more`}
      {differences.length > 0 && '.'}
    </p>
  );
}
