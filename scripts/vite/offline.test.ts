import { describe, expect, it } from 'vitest';
import { isKeptAtOnce } from './offline';

describe('what is kept for use without a network', () => {
  it('is the page, its scripts, styles, fonts and the sample', () => {
    for (const file of [
      'index.html',
      'assets/index-ab.js',
      'assets/a.css',
      'assets/inter.woff2',
      'sample/items.jsonl.gz',
    ])
      expect(isKeptAtOnce(file), file).toBe(true);
  });
  it('is not what is large, nor what only the host reads', () => {
    for (const file of [
      'models/use-lite/group1-shard1of7',
      'assets/ort.wasm',
      '_headers',
      'serviceWorker.js',
      '.vite/x',
    ])
      expect(isKeptAtOnce(file), file).toBe(false);
  });
});
