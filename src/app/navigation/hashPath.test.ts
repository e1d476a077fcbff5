import { describe, expect, it } from 'vitest';
import { splitHash } from './hashPath';

describe('splitHash', () => {
  it('keeps the query out of the path', () => {
    expect(splitHash('#/compare?runs=a,b')).toEqual({ path: '/compare', query: 'runs=a,b' });
  });
  it('forgives a missing hash or slash', () => {
    expect(splitHash('data')).toEqual({ path: '/data', query: '' });
    expect(splitHash('')).toEqual({ path: '/', query: '' });
  });
  it('splits at the first question mark only', () => {
    expect(splitHash('#/demo?q=a?b')).toEqual({ path: '/demo', query: 'q=a?b' });
  });
});
