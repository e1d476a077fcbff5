import { X } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { CollisionBucket } from '../../evaluate/collisions';
import type { BucketItem, CollisionBucketReply, ResolutionKind } from '../../worker/protocol/codebooks';
import { formatCount } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { ItemPicture } from '../parts/ItemPicture';
import { PagedHead } from '../parts/PagedHead';
import { ScrollBox } from '../parts/ScrollBox';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';

interface BucketViewProps {
  readonly bucket: CollisionBucket;
  /** Of the codes. */
  readonly version: number;
  readonly onClose: () => void;
}

const PAGE = 20;

/** The items of one identifier: what they are, how each conflict was resolved, where they would have split. */
export function BucketView({ bucket: { codes }, version, onClose }: BucketViewProps) {
  const session = useSession();
  const [offset, setOffset] = useState(0);
  const ask = useCallback(
    () => session.codebooks({ kind: 'collisionBucket', codes, offset, limit: PAGE }),
    [session, codes, offset],
  );
  const { value, error } = useAnswer(ask, version);
  const title = `Items of ${codes.join(' · ')}`;
  return (
    <section className="picked-items" aria-label={title}>
      <PagedHead heading={title} offset={offset} page={PAGE} total={value?.total ?? null} onOffset={setOffset}>
        <button type="button" className="icon-button" aria-label="Close these items" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      </PagedHead>
      {error && <ErrorNote title="The items could not be read" error={error} />}
      {value && <SplitSentence reply={value} />}
      {value && <BucketItems items={value.items} label={`Table of the items of ${codes.join(' · ')}`} />}
    </section>
  );
}

/** Where the items would have split first. */
function SplitSentence({ reply: { split, items } }: { readonly reply: CollisionBucketReply }) {
  if (!split) return null;
  const { card, residuals } = items[split.member] ?? {};
  return (
    <p className="panel-text">
      They would have split first at <strong>level {split.level + 1}</strong>: “{card?.title || card?.id}” is{' '}
      {split.boundary.toFixed(3)} from another code there, with {residuals?.[split.level]?.toFixed(3)} left to encode.
    </p>
  );
}

const RESOLUTIONS: Readonly<Record<ResolutionKind, (value: number | null) => string>> = {
  digit: (value) => `digit ${value} added`,
  nearest: () => 'keeps its codes',
  rank: (value) => `last code of rank ${value}`,
  random: () => 'random code',
  duplicate: () => 'still shared',
};

function BucketItems({ items, label }: { readonly items: readonly BucketItem[]; readonly label: string }) {
  const levels = items[0]?.boundaries?.length ?? 0;
  return (
    <ScrollBox label={label} isLow>
      <table className="numbers-table bucket-items">
        <thead>
          <tr>
            <th scope="col" className="is-text">
              Item
            </th>
            <th scope="col" className="is-text">
              Identifier after
            </th>
            <th scope="col" className="is-text">
              Resolved by
            </th>
            <th scope="col">Interactions</th>
            {[...Array(levels).keys()].map((level) => (
              <th
                key={level}
                scope="col"
                title="Length of what is left before this level, and how far it is from another code"
              >
                Level {level + 1}: left, margin
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map(({ card, resolution, interactions, residuals, boundaries }) => (
            <tr key={card.item}>
              <th scope="row" className="is-text">
                <span className="bucket-item">
                  <ItemPicture card={card} size={32} />
                  <span className="item-text">
                    <span className="item-title">{card.title || card.id}</span>
                    {card.domain !== null && <span className="item-detail">{card.domain}</span>}
                  </span>
                </span>
              </th>
              <td className="is-text">
                <CodePath codes={card.codes} />
              </td>
              <td className="is-text">
                {resolution === null ? (
                  'not yet'
                ) : (
                  <span
                    className={resolution.kind === 'random' || resolution.kind === 'duplicate' ? 'badge is-warn' : ''}
                  >
                    {RESOLUTIONS[resolution.kind](resolution.value)}
                  </span>
                )}
              </td>
              <td>{formatCount(interactions)}</td>
              {[...Array(levels).keys()].map((level) => (
                <td key={level}>
                  {residuals?.[level]?.toFixed(3)}, {boundaries?.[level]?.toFixed(3)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
