import { describe, expect, it } from 'vitest';
import { loadGolden } from '../../../test/goldens';
import { relativeBucketTable, relativePositionBucket } from './relativeBuckets';

const wide = { buckets: 32, maxDistance: 128 };

describe('relative position buckets', () => {
  it('agree with the library on every offset from -130 to 130, for two sizes and both directions', () => {
    const { tables } = loadGolden('models/blocks/golden/relative_buckets').meta;
    expect(tables).toHaveLength(4);
    const ours = [true, false].flatMap((isBidirectional) =>
      [wide, { buckets: 16, maxDistance: 64 }].map(({ buckets, maxDistance }) => ({
        bidirectional: isBidirectional,
        buckets,
        max_distance: maxDistance,
        bucket_of_delta: Array.from({ length: 261 }, (_, i) =>
          relativePositionBucket(i - 130, { isBidirectional, buckets, maxDistance }),
        ),
      })),
    );
    expect(ours).toEqual(tables);
  });

  it('start a new bucket at the published distances', () => {
    const starts = (isBidirectional: boolean, from: number) =>
      Array.from({ length: 130 }, (_, n) => n).filter(
        (n) =>
          n >= from &&
          relativePositionBucket(-n, { ...wide, isBidirectional }) !==
            relativePositionBucket(1 - n, { ...wide, isBidirectional }),
      );
    expect(starts(true, 8)).toEqual([8, 12, 16, 23, 32, 46, 64, 91]);
    expect(starts(false, 16)).toEqual([16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113]);
  });

  it('fill a table by offset, for more keys than queries and the other way round', () => {
    for (const [queries, keys] of [
      [3, 5],
      [5, 3],
      [1, 1],
      [0, 4],
    ] as const) {
      const table = relativeBucketTable(queries, keys, { ...wide, isBidirectional: true });
      const expected = Array.from({ length: queries * keys }, (_, at) =>
        relativePositionBucket((at % keys) - Math.floor(at / keys), { ...wide, isBidirectional: true }),
      );
      expect([...table]).toEqual(expected);
    }
  });
});
