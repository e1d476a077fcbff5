/** A catalogue imported over a network that fails: the same domain as from a good one, or none that could train. */
import { describe, expect, it } from 'vitest';
import { gzipOf, streamOf } from '../../../test/fixtures/byteStreams';
import { memoryColumnStorage } from '../../storage/memoryStorage';
import type { Workspace } from '../workspace/api';
import { openDataset } from '../workspace/openDataset';
import { openWorkspaces } from '../workspace/workspaces';
import { importCandidate, recognise } from './recognise';
import { urlSource } from './urlSource';

const ORIGIN = { format: 'table', files: [], options: '{}' };
const tableOf = (rows: number): string =>
  `user,item,timestamp\n${Array.from({ length: rows }, (_, row) => `u${row % 900},i${(row * 31) % 700},${1.5e9 + row}\n`).join('')}`;
const table = tableOf(40_000);

type Fault = 'cut' | 'stall' | 'short' | 'long' | 'changed' | 'wrongBytes' | 'refuse';

/** Serves `content`; from request `from` on the fault happens, `times` times. */
function network(content: Uint8Array, fault: Fault | null, times = Number.POSITIVE_INFINITY) {
  let requests = 0;
  let faults = 0;
  const fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const range = /^bytes=(\d+)-(\d*)$/.exec(new Headers(init.headers).get('range') ?? '');
    const [from, to] = [Number(range?.[1] ?? 0), range?.[2] ? Number(range[2]) + 1 : content.length];
    // The first two requests ask for the size and recognise the format; the import is after them.
    const isBroken = ++requests > 2 && fault !== null && faults < times;
    if (isBroken) faults++;
    if (isBroken && fault === 'refuse') throw new TypeError('failed to fetch');
    let body = content.slice(from, to);
    if (isBroken && fault === 'wrongBytes')
      body = body.map((byte, at) => (at === body.length >> 1 ? byte ^ 0x15 : byte));
    if (isBroken && fault === 'long') body = new Uint8Array(await new Blob([body, 'more']).arrayBuffer());
    const half = Math.floor(body.length / 2);
    const reader = streamOf(isBroken && fault === 'short' ? body.subarray(0, half) : body, 65_536).getReader();
    let given = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (isBroken && given > half && fault === 'cut') return controller.error(new TypeError('network error'));
          if (isBroken && given > half && fault === 'stall') return new Promise(() => undefined);
          const { done, value } = await reader.read();
          if (done) return controller.close();
          given += value.length;
          controller.enqueue(value);
        },
      },
      { highWaterMark: 0 },
    );
    const response = new Response(stream, {
      status: range ? 206 : 200,
      headers: {
        etag: isBroken && fault === 'changed' ? '"v2"' : '"v1"',
        ...(range ? { 'content-range': `bytes ${from}-${to - 1}/${content.length}` } : {}),
      },
    });
    Object.defineProperty(response, 'url', { value: String(url) });
    return response;
  };
  return fetch as typeof globalThis.fetch;
}

async function importFrom(workspace: Workspace, id: string, fetch: typeof globalThis.fetch, name: string) {
  const options = {
    fetch,
    allowedHosts: new Set(['data.example.org']),
    signal: new AbortController().signal,
    delay: async () => undefined,
    stallMs: 20,
  };
  const source = await urlSource(`https://data.example.org/${name}`, options);
  const [candidate] = (await recognise([source])).candidates;
  if (candidate === undefined) throw new Error('not recognised');
  await workspace.runImport(id, (sink, signal) => importCandidate(candidate, sink, {}, signal));
  return (await workspace.applyTransform(id, await workspace.defaultTransform(id))).hash;
}

async function begin(): Promise<{ workspace: Workspace; id: string }> {
  const workspace = await openWorkspaces(memoryColumnStorage(), () => 1).create('w');
  return { workspace, id: (await workspace.createImport('web', 'downstream', ORIGIN)).id };
}

describe('an import over a network', () => {
  const good = async (content: Uint8Array, name: string): Promise<string> => {
    const { workspace, id } = await begin();
    return importFrom(workspace, id, network(content, null), name);
  };

  it.each(['cut', 'stall', 'short', 'refuse'] as const)(
    'that is %s once, twice or (as far as it moves at all) always gives the same domain',
    async (fault) => {
      const content = await gzipOf(table);
      const hash = await good(content, 'log.csv.gz');
      for (const times of fault === 'refuse' || fault === 'short' ? [1, 2] : [1, 2, 1e9]) {
        const { workspace, id } = await begin();
        expect(await importFrom(workspace, id, network(content, fault, times), 'log.csv.gz')).toBe(hash);
      }
    },
  );

  it.each([
    ['refuse', /^source\/network$/],
    ['short', /^source\/network$/],
    ['changed', /^source\/changed$/],
    ['long', /^source\/length$/],
    // What comes out of the damaged place may be rows that are none, before the checksum is read.
    ['wrongBytes', /^(gzip\/corrupt|import\/badRows)$/],
  ] as const)('that stays %s stops, nothing trains, and the import goes on later', async (fault, code) => {
    const content = await gzipOf(table);
    const { workspace, id } = await begin();
    const failing = importFrom(workspace, id, network(content, fault), 'log.csv.gz');
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(code) });
    expect((await workspace.domain(id)).state).toBe('importing');
    await expect(openDataset([await workspace.tables(id)], { historyLimit: 5 })).rejects.toMatchObject({
      code: 'workspace/notReady',
    });
    expect(await importFrom(workspace, id, network(content, null), 'log.csv.gz')).toBe(
      await good(content, 'log.csv.gz'),
    );
  });

  it('that serves another file the second time is found out by what is stored', async () => {
    // More than one chunk of events, so that something is stored before the end.
    const large = tableOf(600_000);
    const content = new TextEncoder().encode(large);
    const { workspace, id } = await begin();
    await expect(importFrom(workspace, id, network(content, 'refuse'), 'log.csv')).rejects.toMatchObject({
      code: 'source/network',
    });
    const stop = new AbortController();
    const source = await urlSource('https://data.example.org/log.csv', {
      fetch: network(content, null),
      allowedHosts: new Set(['data.example.org']),
      signal: stop.signal,
    });
    const [candidate] = (await recognise([source])).candidates;
    if (candidate === undefined) throw new Error('not recognised');
    const onProgress = ({ committedBatches }: { committedBatches: number }): void => {
      if (committedBatches > 0) stop.abort();
    };
    const read = workspace.runImport(id, (sink, signal) => importCandidate(candidate, sink, {}, signal), {
      signal: stop.signal,
      onProgress,
    });
    await expect(read).rejects.toMatchObject({ name: 'CancelledError' });
    const other = new TextEncoder().encode(large.replace('u7,', 'u8,'));
    await expect(importFrom(workspace, id, network(other, null), 'log.csv')).rejects.toMatchObject({
      code: 'import/changed',
    });
  });
});
