import { useLocation } from 'wouter';
import { DataSources } from '../parts/DataSources';
import { OpenRun } from '../parts/OpenRun';
import { PageHead } from '../parts/PageHead';
import { OpenShipped } from '../runs/OpenShipped';
import { useWorkspace } from '../stores/workspace';
import { GuidedPath } from './GuidedPath';
import { MachinePanel } from './MachinePanel';
import { ResumePanel } from './ResumePanel';

const LEAD =
  'Generative recommendation, trained, taken apart and compared on your own GPU. Nothing leaves this machine.';

/** The first page: go on with the last session, or start with the sample or own files. */
export function HomePage() {
  const hasData = useWorkspace((state) => state.data !== null);
  const [, go] = useLocation();
  const sources = (
    <DataSources
      isCompact={hasData}
      sampleLabel="Try the sample"
      onOpened={(what) => go(what === 'sample' ? '/tokenizer' : '/data')}
    />
  );
  return (
    <>
      <PageHead title="Home" lead={LEAD}>
        {!hasData && (
          <>
            <OpenShipped />
            <OpenRun />
          </>
        )}
      </PageHead>
      <div className="home">
        <div className="stack">
          {hasData ? <ResumePanel /> : sources}
          <GuidedPath />
          {hasData && sources}
        </div>
        <MachinePanel />
      </div>
    </>
  );
}
