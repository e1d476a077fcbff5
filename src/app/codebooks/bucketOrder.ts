import type { CollisionBucket } from '../../evaluate/collisions';

export const BUCKET_ORDERS = ['size', 'domains', 'distance', 'popularity', 'share'] as const;
export type BucketOrder = (typeof BUCKET_ORDERS)[number];

const KEYS: Readonly<Record<BucketOrder, (bucket: CollisionBucket) => number>> = {
  size: ({ items }) => items.length,
  domains: ({ domains }) => domains.filter((count) => count > 0).length,
  distance: ({ distance }) => distance ?? 0,
  popularity: ({ popularity }) => popularity,
  share: ({ interactionShare }) => interactionShare,
};

/** A sorted copy; equal ones keep the report's order, so the first page never depends on the last sort. */
export function inOrder(
  buckets: readonly CollisionBucket[],
  order: BucketOrder,
  direction: 'falling' | 'rising',
): readonly CollisionBucket[] {
  const key = KEYS[order];
  const sign = direction === 'falling' ? -1 : 1;
  return buckets.toSorted((a, b) => sign * (key(a) - key(b)));
}
