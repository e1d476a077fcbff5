import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REACHABLE_HOSTS, reachOf } from './reachableHosts';

describe('REACHABLE_HOSTS', () => {
  it('are those of the security policy', () => {
    const policy = readFileSync('public/_headers', 'utf8');
    const sources = /connect-src ([^;]+);/.exec(policy)?.[1]?.split(' ') ?? [];
    expect(sources.filter((source) => source !== "'self'")).toEqual(REACHABLE_HOSTS.map((host) => `https://${host}`));
  });
});

describe('reachOf', () => {
  it.each([
    ['https://huggingface.co/datasets/a/resolve/main/b.jsonl', ['huggingface.co']],
    ['  https://cdn-lfs.hf.co/x.csv ', ['cdn-lfs.hf.co']],
    ['https://huggingface.co/a.jsonl\nhttps://huggingface.co/meta_a.jsonl', ['huggingface.co']],
  ])('lets %j through', (typed, hosts) =>
    expect(reachOf(typed)).toEqual({ kind: 'reachable', addresses: typed.trim().split(/\s/), hosts }),
  );

  it.each(['', ' ', 'hugging', 'https://', 'https://hugging', 'https://huggingface.co/a.csv meta'])(
    'waits for the rest of %j',
    (typed) => expect(reachOf(typed)).toEqual({ kind: 'incomplete' }),
  );

  it.each([
    ['http://huggingface.co/a.csv', /https/],
    ['https://evilhuggingface.co/a.csv', /evilhuggingface\.co/],
    ['https://huggingface.co/a.csv https://huggingface.co.example.org/a.csv', /example\.org/],
    ['ftp://example.org/a.csv', /https/],
  ])('says why %s is not fetched', (typed, words) => {
    const reach = reachOf(typed);
    expect(reach.kind === 'refused' ? reach.reason : '').toMatch(words);
  });
});
