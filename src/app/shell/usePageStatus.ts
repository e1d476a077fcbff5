import type { Run } from '../curves/curves';
import { formatCount, formatMetric } from '../format/numbers';
import { useStoppedBehind } from '../runs/useStoppedBehind';
import { useCodes } from '../stores/codes';
import { useJobElsewhere } from '../stores/elsewhere';
import { percentOf, type RunRecord, useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';

/** How far a page's part of the work is, in three words. */
export interface PageStatus {
  readonly words: string;
  /** More than there is room for; the link's hint has it. */
  readonly hint?: string;
  readonly isDone: boolean;
  readonly isRunning: boolean;
}

/** The status of pages that have one, by path. */
export function usePageStatus(): Readonly<Record<string, PageStatus>> {
  const data = useWorkspace((state) => state.data);
  const tokenizer = useJobs((state) => state.tokenizer);
  const recommender = useJobs((state) => state.recommender);
  const share = useJobs(({ progress }) => percentOf(progress));
  const model = useJobs(({ evaluations }) =>
    evaluations.find(({ kind, split }) => kind === 'model' && split === 'test'),
  );
  const hasCodes = useCodes(({ version }) => version > 0);
  const hasModel = useJobs((state) => state.model > 0);
  const behind = useStoppedBehind();
  const elsewhere = { tokenizer: useJobElsewhere('tokenizer'), recommender: useJobElsewhere('recommender') };
  const running = (run: Run, record: RunRecord, otherwise: string): string => {
    const job = elsewhere[run];
    if (job) return job.progress ? `in another tab ${percentOf(job.progress) ?? 0}%` : 'in another tab';
    if (record.state === 'running') return share === null ? 'starting' : `running ${share}%`;
    return { none: otherwise, stopped: 'stopped', done: 'trained', failed: 'failed' }[record.state];
  };
  const isTokenized = tokenizer.state === 'done' && !elsewhere.tokenizer;
  const isTrained = recommender.state === 'done' && !elsewhere.recommender;
  const recommenderWords =
    isTrained && model
      ? `Recall@10 ${formatMetric(model.metrics.recall10)}`
      : behind !== null
        ? 'stopped, behind'
        : running('recommender', recommender, isTokenized ? 'ready to train' : 'after the tokenizer');
  return {
    '/data': { words: data ? `${formatCount(data.items)} items` : 'choose', isDone: data !== null, isRunning: false },
    '/tokenizer': {
      words: running('tokenizer', tokenizer, data ? 'ready to train' : 'after the data'),
      isDone: isTokenized,
      isRunning: tokenizer.state === 'running' || elsewhere.tokenizer !== null,
    },
    '/codebooks': { words: hasCodes ? 'ready' : 'after the tokenizer', isDone: false, isRunning: false },
    '/recommender': {
      words: recommenderWords,
      ...(behind === null ? {} : { hint: behind }),
      isDone: isTrained,
      isRunning: recommender.state === 'running' || elsewhere.recommender !== null,
    },
    '/demo': { words: hasModel ? 'ready' : 'after the training', isDone: false, isRunning: false },
  };
}
