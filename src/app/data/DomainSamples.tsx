import { useEffect } from 'react';
import type { DomainInfo, ItemCardRow, Page } from '../../worker/protocol/data';
import { formatCount } from '../format/numbers';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { useDataSession } from './dataSessionContext';
import { useNewest } from './useNewest';

const SAMPLES = 3;

/** The items that most users met, so that a wrong join or a broken title is seen at once. */
export function DomainSamples({ domain }: { readonly domain: DomainInfo }) {
  const session = useDataSession();
  const { value, error, take } = useNewest<Page<ItemCardRow>>();
  const { id, hash } = domain;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content under the same id is another sample
  useEffect(() => {
    const request = { query: '', sort: 'mostEvents', offset: 0, limit: SAMPLES } as const;
    void take(session.ask({ kind: 'items', domain: id, request, hasImages: true }));
  }, [session, id, hash, take]);
  if (error) return <ErrorNote title="The items could not be read" error={error} />;
  return (
    <ol className="domain-samples" aria-label="Most met items">
      {value?.rows.map((row) => (
        <li key={row.item} className="item-row">
          <ItemPicture card={row} size={28} />
          <span className="item-title">{row.title || row.id}</span>
          <span className="quiet">{formatCount(row.events)}</span>
        </li>
      ))}
    </ol>
  );
}
