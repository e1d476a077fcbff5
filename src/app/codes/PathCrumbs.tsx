import { ChevronRight, MousePointer2 } from 'lucide-react';
import { Fragment } from 'react';
import { reportOf } from '../reportOf';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';
import { useWorkspace } from '../stores/workspace';

interface PathCrumbsProps {
  readonly prefix: readonly number[];
  readonly onPrefix: (prefix: readonly number[]) => void;
  /** Another run whose codes these are; null for the shown ones. */
  readonly run: string | null;
}

/** The way to a prefix, code by code; its items can become the selection. */
export function PathCrumbs({ prefix, onPrefix, run }: PathCrumbsProps) {
  const session = useSession();
  const notify = useWorkspace((state) => state.notify);
  const pick = async (): Promise<void> => {
    try {
      const items = await session.codebooks({ kind: 'pathItems', run, prefix });
      useSelection.getState().pick(run === null ? { items, codes: [...prefix] } : { items });
    } catch (error) {
      notify({ kind: 'error', title: 'The items could not be picked', ...reportOf(error) });
    }
  };
  return (
    <>
      <nav className="path-crumbs" aria-label="Prefix">
        {[...Array(prefix.length + 1).keys()].map((length) => (
          <Fragment key={length}>
            {length > 0 && <ChevronRight size={13} aria-hidden />}
            <button
              type="button"
              className="button is-small"
              disabled={length === prefix.length}
              onClick={() => onPrefix(prefix.slice(0, length))}
            >
              {length === 0 ? 'All items' : prefix[length - 1]}
            </button>
          </Fragment>
        ))}
      </nav>
      {prefix.length > 0 && (
        <button type="button" className="button is-small" onClick={() => void pick()}>
          <MousePointer2 size={13} aria-hidden /> Pick its items
        </button>
      )}
    </>
  );
}
