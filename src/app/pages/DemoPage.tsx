import { ArrowRight, Snail } from 'lucide-react';
import { Link } from 'wouter';
import { HistoryPanel } from '../demo/HistoryPanel';
import { TopPanel } from '../demo/TopPanel';
import { UserPicker } from '../demo/UserPicker';
import { useDemo } from '../demo/useDemo';
import { EmptyState } from '../parts/EmptyState';
import { NeedsData } from '../parts/NeedsData';
import { OpenRun } from '../parts/OpenRun';
import { PageHead } from '../parts/PageHead';
import { SaveRun } from '../parts/SaveRun';
import { OpenShipped } from '../runs/OpenShipped';
import { useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';

const LEAD = 'One user, what they met, and what the model expects next.';

export function DemoPage() {
  const hasData = useWorkspace((state) => state.data !== null);
  const isRunning = useJobs((jobs) => jobs.recommender.state === 'running');
  const isTokenized = useJobs((jobs) => jobs.tokenizer.state === 'done');
  const model = useJobs((jobs) => jobs.model);
  if (!hasData) return <NeedsData title="Demo" lead={LEAD} />;
  // Another model starts with another user: nothing of the last one's answers stays.
  if (model > 0) return <Recommendations key={model} />;
  const path = isTokenized ? '/recommender' : '/tokenizer';
  return (
    <>
      <PageHead title="Demo" lead={LEAD} />
      <EmptyState
        title={isRunning ? 'The recommender is training' : 'No trained recommender yet'}
        action={
          <div className="button-row">
            <Link href={path} className="button is-primary">
              {isRunning ? 'Watch it' : isTokenized ? 'Go to the recommender' : 'Start with the tokenizer'}{' '}
              <ArrowRight size={14} aria-hidden />
            </Link>
            {!isRunning && <OpenShipped />}
            {!isRunning && <OpenRun />}
          </div>
        }
      >
        Here you will pick a user, see their history with pictures, and the ten items that the model finds likeliest to
        come next.
      </EmptyState>
    </>
  );
}

function Recommendations() {
  const demo = useDemo();
  const isOnProcessor = useWorkspace((state) => state.adapter === null);
  return (
    <>
      <PageHead title="Demo" lead={LEAD}>
        {isOnProcessor && (
          <span
            className="badge is-warn"
            title="No WebGPU: beam search runs as ONNX graphs on the processor (wasm), one user at a time"
          >
            <Snail size={12} aria-hidden /> slow: on the processor
          </span>
        )}
        <OpenRun />
        <SaveRun />
      </PageHead>
      <div className="demo">
        <UserPicker user={demo.user} onChoose={demo.choose} />
        <HistoryPanel demo={demo} />
        <TopPanel demo={demo} />
      </div>
    </>
  );
}
