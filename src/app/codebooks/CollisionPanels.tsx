import { useCallback, useMemo, useState } from 'react';
import type { CollisionBucket } from '../../evaluate/collisions';
import { FigurePanel } from '../figures/FigurePanel';
import { useDataNote } from '../figures/useDataNote';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { Panel } from '../parts/Panel';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useIsPicked, useSelection } from '../stores/selection';
import { BucketTable } from './BucketTable';
import { BucketView } from './BucketView';
import { collisionFigure } from './collisionFigure';
import { useSettledVersion } from './useSettledVersion';

/** V3: who shares an identifier, and does it hurt. */
export function CollisionPanels() {
  const session = useSession();
  const version = useSettledVersion();
  const note = useDataNote();
  const [open, setOpen] = useState<CollisionBucket | null>(null);
  const [isOnlyPicked, setOnlyPicked] = useState(false);
  const isPicked = useIsPicked('items');
  const pickedCount = useSelection((selection) => selection.items.length);
  const ask = useCallback(() => session.codebooks({ kind: 'collisions' }), [session]);
  const { value: reply, error } = useAnswer(version > 0 ? ask : null, version);
  const spec = useMemo(() => reply && collisionFigure(reply, note), [reply, note]);
  if (error) return <ErrorNote title="Shared identifiers could not be counted" error={error} />;
  if (!reply || !spec)
    return (
      <Panel title="Shared identifiers">
        <p className="quiet" role="status">
          Comparing the identifiers of all items …
        </p>
      </Panel>
    );
  const { buckets, domainNames } = reply.report;
  // New codes may have dissolved it.
  const shown = open && buckets.find(({ codes }) => codes.join() === open.codes.join());
  const listed = isOnlyPicked && pickedCount > 0 ? buckets.filter(({ items }) => items.some(isPicked)) : buckets;
  return (
    <div className="side-by-side">
      <FigurePanel spec={spec} />
      <Panel title="Shared identifiers" note={`${formatCount(listed.length)}, open one to see its items`}>
        {pickedCount > 0 && (
          <label className="check-field">
            <input type="checkbox" checked={isOnlyPicked} onChange={(event) => setOnlyPicked(event.target.checked)} />
            Only of the {formatCount(pickedCount)} picked items
          </label>
        )}
        {buckets.length === 0 ? (
          <p className="quiet">
            No two items share an identifier{reply.isBeforeResolution ? '' : ' after resolution'}.
          </p>
        ) : (
          <BucketTable
            buckets={listed}
            domainNames={domainNames}
            open={shown?.codes ?? null}
            onOpen={(bucket) => {
              setOpen(bucket);
              useSelection.getState().pick({ items: bucket.items, codes: bucket.codes });
            }}
          />
        )}
        {shown && (
          <BucketView key={shown.codes.join()} bucket={shown} version={version} onClose={() => setOpen(null)} />
        )}
      </Panel>
    </div>
  );
}
