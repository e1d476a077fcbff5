import '../styles/demo.css';
import '../styles/presentation.css';
import { ArrowRight, Presentation, Snail } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Link } from 'wouter';
import { BeamPanel } from '../demo/BeamPanel';
import { BesidePanels } from '../demo/BesidePanels';
import { HistoryPanel } from '../demo/HistoryPanel';
import { TopPanel } from '../demo/TopPanel';
import { GROUP, UserPicker } from '../demo/UserPicker';
import type { Searches } from '../demo/useBeams';
import { useDemo } from '../demo/useDemo';
import { usePresentation } from '../demo/usePresentation';
import { WhyPanel } from '../demo/WhyPanel';
import { useViewParam, wholeNumber } from '../navigation/viewParams';
import { EmptyState } from '../parts/EmptyState';
import { NeedsData } from '../parts/NeedsData';
import { OpenRun } from '../parts/OpenRun';
import { PageHead } from '../parts/PageHead';
import { SaveRun } from '../parts/SaveRun';
import { OpenShipped } from '../runs/OpenShipped';
import { useSession } from '../sessionContext';
import { useJobs } from '../stores/jobs';
import { shownRun, useRuns } from '../stores/runs';
import { useSelection } from '../stores/selection';
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
  const session = useSession();
  const demo = useDemo();
  const { user, question, reply, history, choose } = demo;
  const isOnProcessor = useWorkspace((state) => state.adapter === null);
  const configured = useJobs(({ recommender, tokenizer }) => (recommender.config ?? tokenizer.config)?.name);
  const name = useRuns(shownRun)?.name ?? configured ?? 'the model';
  const [group] = useViewParam('group', GROUP);
  const [item, setItem] = useViewParam('why', wholeNumber(0, 2 ** 21, -1));
  const [searches, setSearches] = useState<Searches | null>(null);
  const step = useCallback(
    async (by: 1 | -1) => {
      // The one picked last: what is known of them may still be on its way.
      const [current = 0] = useSelection.getState().users;
      const next = await session.ask({ kind: 'userAfter', group, user: current, by });
      if (next) choose(next);
    },
    [session, group, choose],
  );
  const [isPresenting, present] = usePresentation(step);
  const looked = item >= 0 ? item : (reply?.top[0]?.card.item ?? null);
  const title = reply?.top.find(({ card }) => card.item === looked)?.card.title ?? null;
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
        <button type="button" className="button" aria-pressed={isPresenting} onClick={() => present(!isPresenting)}>
          <Presentation size={14} aria-hidden /> {isPresenting ? 'Leave the presentation (Esc)' : 'Present'}
        </button>
        <OpenRun />
        <SaveRun />
      </PageHead>
      <div className="stack">
        <div className="demo">
          <UserPicker user={user} hasUser={question !== null} onChoose={choose} />
          <HistoryPanel demo={demo} />
          <TopPanel demo={demo} name={name} />
        </div>
        {question && (
          <>
            <BesidePanels question={question} />
            <BeamPanel question={question} name={name} onSearches={setSearches} onItem={setItem} />
            {reply && looked !== null && !demo.isBusy && (
              <div className={searches?.other ? 'why-pair' : undefined}>
                <WhyPanel
                  question={question}
                  run={null}
                  of={searches?.other ? name : null}
                  history={history}
                  beam={searches?.own.beam ?? null}
                  item={looked}
                  title={title}
                />
                {searches?.other && (
                  <WhyPanel
                    question={question}
                    run={searches.other.run}
                    of={searches.other.name}
                    history={history}
                    beam={searches.other.beam}
                    item={looked}
                    title={title}
                  />
                )}
              </div>
            )}
          </>
        )}
      </div>
    </>
  );
}
