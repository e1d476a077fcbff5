import { describe, expect, it } from 'vitest';
import { claimedBy, publishedFor } from './publishedCounts';

describe('publishedFor', () => {
  it('takes the version nearest in size', () => {
    expect(publishedFor('Video_Games', { users: 1, items: 1, interactions: 450_000 })?.version).toBe(
      'Amazon 2018, 5-core',
    );
    expect(publishedFor('Video_Games', { users: 1, items: 1, interactions: 800_000 })?.version).toBe(
      'Amazon 2023, 5-core',
    );
  });

  it('claims no version of quite another size', () => {
    expect(publishedFor('Scientific', { users: 8317, items: 4344, interactions: 58_492 })).toBeNull();
  });

  it('knows nothing of other names', () => {
    expect(publishedFor('My shop', { users: 1, items: 1, interactions: 1 })).toBeNull();
  });
});

describe('claimedBy', () => {
  const origin = (options: object) => ({ origin: { format: 'tessera', files: [], options: JSON.stringify(options) } });

  it('gives what the files say of themselves', () => {
    expect(claimedBy(origin({ published: { users: 1, items: 2, interactions: 3 } }))).toEqual({
      version: 'as the files say',
      users: 1,
      items: 2,
      interactions: 3,
    });
  });

  it('is null without a claim', () => expect(claimedBy(origin({ label: 'CSV' }))).toBeNull());
});
