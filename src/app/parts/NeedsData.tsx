import { Database, FolderOpen } from 'lucide-react';
import { useLocation } from 'wouter';
import { OpenShipped } from '../runs/OpenShipped';
import { useSession } from '../sessionContext';
import { useWorkspace } from '../stores/workspace';
import { EmptyState } from './EmptyState';
import { OpenRun } from './OpenRun';
import { PageHead } from './PageHead';

/** A page that cannot start without data, with the two ways to get some. */
export function NeedsData({ title, lead }: { readonly title: string; readonly lead: string }) {
  const session = useSession();
  const [, go] = useLocation();
  const opening = useWorkspace((state) => state.opening);
  return (
    <>
      <PageHead title={title} lead={lead} />
      <EmptyState
        title="No data yet"
        action={
          <div className="button-row">
            <button
              type="button"
              className="button is-primary"
              disabled={opening !== null}
              onClick={() => void session.openSample()}
            >
              <Database size={14} aria-hidden /> {opening === null ? 'Use the sample' : 'Opening …'}
            </button>
            <button type="button" className="button" onClick={() => go('/data')}>
              <FolderOpen size={14} aria-hidden /> Open your own
            </button>
            <OpenShipped />
            <OpenRun />
          </div>
        }
      >
        This page works on a catalogue and its users. The sample has pictures and simulated users, and takes a second to
        open; a run made on the sample opens it by itself.
      </EmptyState>
    </>
  );
}
