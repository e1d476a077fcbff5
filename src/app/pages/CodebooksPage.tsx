import { lazy, Suspense } from 'react';
import { useLocation } from 'wouter';
import { CollisionPanels } from '../codebooks/CollisionPanels';
import { Provenance } from '../codebooks/Provenance';
import { SharingPanel } from '../codebooks/SharingPanel';
import { StaircasePanel } from '../codebooks/StaircasePanel';
import { PathPanel } from '../codes/PathPanel';
import { WallPanel } from '../codes/WallPanel';
import { EmptyState } from '../parts/EmptyState';
import { NeedsData } from '../parts/NeedsData';
import { OpenRun } from '../parts/OpenRun';
import { PageHead } from '../parts/PageHead';
import { OpenShipped } from '../runs/OpenShipped';
import { RunPicker } from '../runs/RunPicker';
import { useCodes } from '../stores/codes';
import { useWorkspace } from '../stores/workspace';

const MapPanel = lazy(async () => ({ default: (await import('../itemMap/MapPanel')).MapPanel }));

const LEAD = 'What a tokenizer’s codes mean: which live, who shares them, and whether domains share them too.';

/** Everything about the codes of one tokenizer, while it trains and after. */
export function CodebooksPage() {
  const hasData = useWorkspace((state) => state.data !== null);
  const hasCodes = useCodes(({ version }) => version > 0);
  const [, go] = useLocation();
  if (!hasData) return <NeedsData title="Codebooks" lead={LEAD} />;
  return (
    <>
      <PageHead title="Codebooks" lead={LEAD}>
        <RunPicker />
      </PageHead>
      {hasCodes ? (
        <div className="stack">
          <Provenance />
          <WallPanel />
          <CollisionPanels />
          <PathPanel />
          <SharingPanel />
          <StaircasePanel />
          <Suspense fallback={<p className="connecting">Loading the map …</p>}>
            <MapPanel />
          </Suspense>
        </div>
      ) : (
        <EmptyState
          title="No identifiers yet"
          action={
            <div className="button-row">
              <button type="button" className="button is-primary" onClick={() => go('/tokenizer')}>
                Train a tokenizer
              </button>
              <OpenShipped />
              <OpenRun />
            </div>
          }
        >
          The use of codes over training, shared identifiers, the tree of prefixes, what domains share, and a map of all
          items appear here with the first snapshot of a tokenizer.
        </EmptyState>
      )}
    </>
  );
}
