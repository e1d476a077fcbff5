import { Check } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { formatCount, formatMetric } from '../format/numbers';
import { type RunRecord, useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';

interface Step {
  readonly path: string;
  readonly title: string;
  readonly status: string;
  readonly isDone: boolean;
  readonly isRunning: boolean;
}

/** The journey in four steps; each says in three words how far it is. */
export function Steps() {
  const [location] = useLocation();
  const steps = useSteps();
  return (
    <nav aria-label="Steps" className="steps">
      <ol>
        {steps.map((step, index) => (
          <li key={step.path}>
            <Link href={step.path} className="step" aria-current={location === step.path ? 'page' : undefined}>
              <span
                className={`step-tile ${step.isDone ? 'is-done' : ''} ${step.isRunning ? 'is-running' : ''}`}
                aria-hidden="true"
              >
                {step.isDone ? <Check size={13} strokeWidth={3} /> : index + 1}
              </span>
              <span className="step-text">
                <span className="step-title">{step.title}</span>
                <span className="step-status">{step.status}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function useSteps(): readonly Step[] {
  const data = useWorkspace((state) => state.data);
  const tokenizer = useJobs((state) => state.tokenizer);
  const recommender = useJobs((state) => state.recommender);
  const share = useJobs(({ progress }) =>
    progress && progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : null,
  );
  const model = useJobs(({ evaluations }) =>
    evaluations.find(({ kind, split }) => kind === 'model' && split === 'test'),
  );
  const running = (record: RunRecord, otherwise: string): string => {
    if (record.state === 'running') return share === null ? 'starting' : `running ${share}%`;
    return { none: otherwise, stopped: 'stopped', done: 'trained', failed: 'failed' }[record.state];
  };
  const isTokenized = tokenizer.state === 'done';
  const isTrained = recommender.state === 'done';
  const recommenderStatus =
    isTrained && model
      ? `Recall@10 ${formatMetric(model.metrics.recall10)}`
      : running(recommender, isTokenized ? 'ready to train' : 'after the tokenizer');
  return [
    {
      path: '/data',
      title: 'Data',
      status: data ? `${formatCount(data.items)} items` : 'choose',
      isDone: data !== null,
      isRunning: false,
    },
    {
      path: '/tokenizer',
      title: 'Tokenizer',
      status: running(tokenizer, data ? 'ready to train' : 'after the data'),
      isDone: isTokenized,
      isRunning: tokenizer.state === 'running',
    },
    {
      path: '/recommender',
      title: 'Recommender',
      status: recommenderStatus,
      isDone: isTrained,
      isRunning: recommender.state === 'running',
    },
    {
      path: '/demo',
      title: 'Demo',
      status: isTrained ? 'ready' : 'after the training',
      isDone: false,
      isRunning: false,
    },
  ];
}
