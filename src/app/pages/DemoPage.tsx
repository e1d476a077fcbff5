import { ArrowRight } from 'lucide-react';
import { Link } from 'wouter';
import { HistoryPanel } from '../demo/HistoryPanel';
import { TopPanel } from '../demo/TopPanel';
import { UserPicker } from '../demo/UserPicker';
import { useDemo } from '../demo/useDemo';
import { EmptyState } from '../parts/EmptyState';
import { NeedsData } from '../parts/NeedsData';
import { PageHead } from '../parts/PageHead';
import { useJobs } from '../stores/jobs';
import { useWorkspace } from '../stores/workspace';

const LEAD = 'One user, what they met, and what the model expects next.';

export function DemoPage() {
  const hasData = useWorkspace((state) => state.data !== null);
  const hasGpu = useWorkspace((state) => state.adapter !== null);
  const state = useJobs((jobs) => jobs.recommender.state);
  const isTokenized = useJobs((jobs) => jobs.tokenizer.state === 'done');
  if (!hasData) return <NeedsData title="Demo" lead={LEAD} />;
  if (state === 'done' && hasGpu) return <Recommendations />;
  const path = isTokenized ? '/recommender' : '/tokenizer';
  return (
    <>
      <PageHead title="Demo" lead={LEAD} />
      {state === 'done' ? (
        <EmptyState
          title="The model needs a GPU"
          action={
            <Link href="/gpu" className="button is-primary">
              How to get WebGPU
            </Link>
          }
        >
          A trained recommender is stored here, but it decodes on WebGPU, which this browser does not give now.
        </EmptyState>
      ) : (
        <EmptyState
          title={state === 'running' ? 'The recommender is training' : 'No trained recommender yet'}
          action={
            <Link href={path} className="button is-primary">
              {state === 'running' ? 'Watch it' : isTokenized ? 'Go to the recommender' : 'Start with the tokenizer'}{' '}
              <ArrowRight size={14} aria-hidden />
            </Link>
          }
        >
          Here you will pick a user, see their history with pictures, and the ten items that the model finds likeliest
          to come next.
        </EmptyState>
      )}
    </>
  );
}

function Recommendations() {
  const demo = useDemo();
  return (
    <>
      <PageHead title="Demo" lead={LEAD} />
      <div className="demo">
        <UserPicker user={demo.user} onChoose={demo.choose} />
        <HistoryPanel demo={demo} />
        <TopPanel demo={demo} />
      </div>
    </>
  );
}
