// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by transform cannot be table elements
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
// biome-ignore-all lint/a11y/useFocusableInteractive: cells are read; what is operated in them is a button
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { CollisionBucket } from '../../evaluate/collisions';
import { formatCount } from '../format/numbers';
import { oneOf, useViewParam } from '../navigation/viewParams';
import { CodePath } from '../parts/CodePath';
import { BUCKET_ORDERS, type BucketOrder, inOrder } from './bucketOrder';
import { domainsText } from './collisionFigure';

interface BucketTableProps {
  readonly buckets: readonly CollisionBucket[];
  readonly domainNames: readonly string[];
  /** Codes of the open one. */
  readonly open: readonly number[] | null;
  readonly onOpen: (bucket: CollisionBucket) => void;
}

const ROW_HEIGHT = 34;

interface Column {
  readonly order: BucketOrder | null;
  readonly title: string;
  cell(bucket: CollisionBucket): string;
}

/** All shared identifiers, however many; a heading sorts by its column, a row opens its items. */
export function BucketTable({ buckets, domainNames, open, onOpen }: BucketTableProps) {
  'use no memo';
  const scroller = useRef<HTMLDivElement>(null);
  const [order, setOrder] = useViewParam('sort', ORDER_PARAM);
  const [direction, setDirection] = useViewParam('direction', DIRECTION_PARAM);
  const sorted = useMemo(() => inOrder(buckets, order, direction), [buckets, order, direction]);
  const rows = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    useFlushSync: false,
  });
  const columns: readonly Column[] = [
    { order: 'size', title: 'Items', cell: ({ items }) => formatCount(items.length) },
    ...(domainNames.length > 0
      ? [
          {
            order: 'domains' as const,
            title: 'Domains',
            cell: (b: CollisionBucket) => domainsText(b.domains, domainNames),
          },
        ]
      : []),
    ...(buckets.some(({ distance }) => distance !== null)
      ? [{ order: 'distance' as const, title: 'Distance', cell: (b: CollisionBucket) => b.distance?.toFixed(3) ?? '–' }]
      : []),
    { order: 'popularity', title: 'Inter­actions an item', cell: ({ popularity }) => popularity.toFixed(2) },
    {
      order: 'share',
      title: 'Share of inter­actions',
      cell: ({ interactionShare }) => `${(100 * interactionShare).toFixed(3)}%`,
    },
  ];
  const sortBy = (wanted: BucketOrder): void => {
    setDirection(wanted === order && direction === 'falling' ? 'rising' : 'falling');
    setOrder(wanted);
  };
  return (
    <div
      ref={scroller}
      className={`virtual-scroll bucket-table has-${columns.length}`}
      role="table"
      aria-label="Shared identifiers"
      aria-rowcount={sorted.length + 1}
      tabIndex={0}
    >
      <div className="bucket-row bucket-head" role="row" aria-rowindex={1}>
        <span role="columnheader">Identifier</span>
        {columns.map(({ order: by, title }) => {
          const isSorted = by === order;
          const Arrow = direction === 'falling' ? ArrowDown : ArrowUp;
          return (
            <span
              key={title}
              role="columnheader"
              aria-sort={isSorted ? (direction === 'falling' ? 'descending' : 'ascending') : 'none'}
            >
              {by === null ? (
                title
              ) : (
                <button type="button" className="sort-button" onClick={() => sortBy(by)}>
                  {title}
                  {isSorted && <Arrow size={12} aria-hidden />}
                </button>
              )}
            </span>
          );
        })}
      </div>
      <div className="virtual-body" role="rowgroup" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const bucket = sorted[index];
          if (!bucket) return null;
          const name = bucket.codes.join();
          const isOpen = open?.join() === name;
          return (
            <div
              key={name}
              className={`bucket-row ${isOpen ? 'is-open' : ''}`}
              role="row"
              aria-rowindex={index + 2}
              style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
            >
              <span role="cell">
                <button
                  type="button"
                  className="bucket-button"
                  aria-pressed={isOpen}
                  aria-label={`Identifier ${bucket.codes.join(' ')}: ${bucket.items.length} items`}
                  onClick={() => onOpen(bucket)}
                >
                  <CodePath codes={bucket.codes} />
                </button>
              </span>
              {columns.map(({ title, cell }) => (
                <span key={title} role="cell" title={cell(bucket)}>
                  {cell(bucket)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const ORDER_PARAM = oneOf(BUCKET_ORDERS, 'size');
const DIRECTION_PARAM = oneOf(['falling', 'rising'], 'falling');
