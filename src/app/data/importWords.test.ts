import { describe, expect, it } from 'vitest';
import type { ImportView } from '../../worker/protocol/data';
import { countsSentence, progressSentence, shareOf } from './importWords';

const JOB: ImportView = {
  id: 'd1',
  domainName: 'Games',
  label: 'Amazon Reviews 2023',
  state: 'running',
  bytesRead: 250_000_000,
  bytesTotal: 1_000_000_000,
  rate: 50_000_000,
  etaSeconds: 15,
  items: 1200,
  interactions: 34_000,
  images: 0,
  rejected: 0,
  rejectedRows: [],
  isReplaying: false,
  error: null,
  files: [],
  urls: [],
};

describe('progressSentence', () => {
  it('says how far, how fast and how long', () => {
    expect(progressSentence(JOB)).toBe('250 MB of 1.0 GB · 50 MB/s · 15 s left');
    expect(shareOf(JOB)).toBe(0.25);
  });

  it('claims no speed and no end while it stands still', () => {
    expect(progressSentence({ ...JOB, state: 'paused' })).toBe('250 MB of 1.0 GB');
  });

  it('claims no share of an unknown size', () => {
    const job = { ...JOB, bytesTotal: null, etaSeconds: null };
    expect(shareOf(job)).toBeNull();
    expect(progressSentence(job)).toBe('250 MB · 50 MB/s');
  });
});

describe('countsSentence', () => {
  it('names pictures and bad rows only where there are some', () => {
    expect(countsSentence(JOB)).toBe('1,200 items, 34,000 interactions');
    expect(countsSentence({ ...JOB, images: 3, rejected: 2 })).toBe(
      '1,200 items, 34,000 interactions, 3 pictures, 2 bad rows',
    );
  });
});
