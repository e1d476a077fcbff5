import { ArrowRight } from 'lucide-react';
import { Link } from 'wouter';
import { formatCount, formatMetric } from '../format/numbers';
import { OpenRun } from '../parts/OpenRun';
import { Panel } from '../parts/Panel';
import { SaveRun } from '../parts/SaveRun';
import { OpenShipped } from '../runs/OpenShipped';
import { usePageStatus } from '../shell/usePageStatus';
import { useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';
import { nextStep } from './nextStep';

/** What is open, how far it is, and the one button that goes on. */
export function ResumePanel() {
  const data = useWorkspace((state) => state.data);
  const isRestored = useWorkspace(({ notices }) => notices.some(({ kind }) => kind === 'restored'));
  const tokenizer = useJobs((jobs) => jobs.tokenizer);
  const recommender = useJobs((jobs) => jobs.recommender);
  const hasModel = useJobs((jobs) => jobs.model > 0);
  const test = useJobs(({ evaluations }) =>
    evaluations.find(({ kind, split }) => kind === 'model' && split === 'test'),
  );
  const status = usePageStatus();
  if (!data) return null;
  const next = nextStep({ hasData: true, tokenizer: tokenizer.state, recommender: recommender.state, hasModel });
  const config = recommender.config ?? tokenizer.config;
  const rows: readonly (readonly [string, string, string])[] = [
    [
      'Data',
      data.name,
      `${formatCount(data.users)} users, ${formatCount(data.items)} items, ${formatCount(data.interactions)} interactions`,
    ],
    ['Tokenizer', status['/tokenizer']?.words ?? '', config ? `preset ${config.name}, seed ${config.seed}` : ''],
    [
      'Recommender',
      status['/recommender']?.words ?? '',
      test ? `NDCG@10 ${formatMetric(test.metrics.ndcg10)}, test split` : '',
    ],
  ];
  return (
    <Panel title={isRestored ? 'Your last session' : 'This session'} className="resume">
      <dl className="resume-facts">
        {rows.map(([name, value, note]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{value}</strong> <span className="quiet">{note}</span>
            </dd>
          </div>
        ))}
      </dl>
      <div className="button-row is-left">
        <Link href={next.path} className="button is-primary">
          {next.words} <ArrowRight size={14} aria-hidden />
        </Link>
        <OpenShipped />
        <OpenRun />
        <SaveRun />
      </div>
    </Panel>
  );
}
