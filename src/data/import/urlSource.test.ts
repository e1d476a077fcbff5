import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, streamOf } from '../../../test/fixtures/byteStreams';
import { checkedUrl, type UrlSourceOptions, urlSource } from './urlSource';

const ADDRESS = 'https://data.example.org/x/Games.jsonl.gz';
const CONTENT = Uint8Array.from({ length: 5000 }, (_, index) => (index * 31) % 256);

interface ServerOptions {
  readonly content?: Uint8Array;
  readonly etag?: string;
  readonly hasRanges?: boolean;
  /** What to do with the n-th request, from 0; default: answer it. */
  readonly fault?: (request: number) => 'cut' | 'stall' | 'refuse' | 'changed' | 'busy' | 'wrongRange' | 'answer';
  readonly redirectTo?: string;
}

/** A web server in memory that can fail in all the ways of C9. */
function server(options: ServerOptions = {}) {
  const { content = CONTENT, etag = '"v1"', hasRanges = true } = options;
  const requests: { range: string | null; init: RequestInit }[] = [];
  const waits: number[] = [];
  const fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    const fault = options.fault?.(requests.length) ?? 'answer';
    const range = headers.get('range');
    requests.push({ range, init });
    if (fault === 'refuse') throw new TypeError('failed to fetch');
    if (fault === 'busy') return new Response('later', { status: 503 });
    const tag = fault === 'changed' ? '"v2"' : etag;
    const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
    const isPart = hasRanges && match !== null;
    const from = (isPart ? Number(match[1]) : 0) + (fault === 'wrongRange' ? 1 : 0);
    const to = isPart && match[2] !== '' ? Number(match[2]) + 1 : content.length;
    const body = content.subarray(from, to);
    const whole = streamOf(body, 700);
    const reader = whole.getReader();
    let chunks = 0;
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (fault === 'cut' && chunks === 2) return controller.error(new TypeError('network error'));
        if (fault === 'stall' && chunks === 2) return new Promise(() => undefined);
        const { done, value } = await reader.read();
        chunks++;
        if (done) controller.close();
        else controller.enqueue(value);
      },
    });
    const response = new Response(stream, {
      status: isPart ? 206 : 200,
      headers: {
        etag: tag,
        'content-length': String(body.length),
        ...(isPart ? { 'content-range': `bytes ${from}-${to - 1}/${content.length}` } : {}),
      },
    });
    Object.defineProperty(response, 'url', { value: options.redirectTo ?? String(url) });
    return response;
  };
  const abort = new AbortController();
  const sourceOptions: UrlSourceOptions = {
    fetch: fetch as typeof globalThis.fetch,
    allowedHosts: new Set(['data.example.org']),
    signal: abort.signal,
    delay: async (milliseconds) => {
      waits.push(milliseconds);
    },
    stallMs: 20,
  };
  return { requests, waits, abort, options: sourceOptions };
}

const first = (fault: NonNullable<ReturnType<NonNullable<ServerOptions['fault']>>>) => (request: number) =>
  request === 1 ? fault : ('answer' as const);

describe('urlSource', () => {
  it('reads a file whole, from a place, and in parts', async () => {
    const { options, requests } = server();
    const source = await urlSource(ADDRESS, options);
    expect(source).toMatchObject({ name: 'Games.jsonl.gz', sizeBytes: 5000 });
    expect(await collect(await source.open())).toEqual(CONTENT);
    expect(await collect(await source.open(4321))).toEqual(CONTENT.slice(4321));
    expect(await source.slice?.(10, 20)).toEqual(CONTENT.slice(10, 20));
    expect(requests.map(({ range }) => range)).toEqual(['bytes=0-0', null, 'bytes=4321-', 'bytes=10-19']);
    for (const { init } of requests) expect(init).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' });
  });

  it.each(['cut', 'stall', 'refuse', 'busy'] as const)('resumes after a connection that is %s', async (fault) => {
    const { options, requests, waits } = server({ fault: first(fault) });
    const source = await urlSource(ADDRESS, options);
    expect(await collect(await source.open())).toEqual(CONTENT);
    const isMidway = fault === 'cut' || fault === 'stall';
    expect(requests.at(-1)?.range).toBe(isMidway ? 'bytes=1400-' : null);
    expect(waits).toEqual([500]);
  });

  it('gives identical bytes or a typed error under any sequence of faults (500 cases)', async () => {
    const fault = fc.constantFrom('cut', 'refuse', 'busy', 'changed', 'wrongRange', 'answer', 'answer', 'cut');
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 12 }), async (faults) => {
        const { options } = server({
          fault: (request) => (request === 0 ? 'answer' : (faults[request - 1] ?? 'answer')),
        });
        const source = await urlSource(ADDRESS, options);
        const bytes = await collect(await source.open()).catch((error: { code?: string }) => error.code);
        if (typeof bytes === 'string') expect(['source/changed', 'source/network', 'source/ranges']).toContain(bytes);
        else expect(bytes).toEqual(CONTENT);
      }),
      { numRuns: 500 },
    );
  });

  it('stops when the file changed in between', async () => {
    const { options } = server({ fault: (request) => (request === 1 ? 'cut' : request === 2 ? 'changed' : 'answer') });
    const source = await urlSource(ADDRESS, options);
    await expect(collect(await source.open())).rejects.toMatchObject({ code: 'source/changed' });
  });

  it('gives up after a number of waits that double', async () => {
    const { options, waits } = server({ fault: (request) => (request === 0 ? 'answer' : 'refuse') });
    const source = await urlSource(ADDRESS, options);
    await expect(collect(await source.open())).rejects.toMatchObject({ code: 'source/network' });
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  it('cannot resume where the server sends no parts, and says so', async () => {
    const { options } = server({ hasRanges: false, fault: first('cut') });
    const source = await urlSource(ADDRESS, options);
    expect(source.slice).toBeUndefined();
    await expect(collect(await source.open())).rejects.toMatchObject({ code: 'source/ranges' });
  });

  it('asks nobody whom the user did not allow, and follows no redirect there', async () => {
    const { options, requests } = server();
    const stranger = urlSource('https://other.example.org/a.csv', options);
    await expect(stranger).rejects.toMatchObject({ code: 'source/permission' });
    expect(requests).toEqual([]);
    const redirected = server({ redirectTo: 'https://tracker.example.net/a' });
    await expect(urlSource(ADDRESS, redirected.options)).rejects.toMatchObject({ code: 'source/permission' });
  });

  it('stops within 200 ms on request, also while it waits', async () => {
    const stalled = server({ fault: first('stall') });
    const source = await urlSource(ADDRESS, { ...stalled.options, stallMs: 60_000 });
    const reading = collect(await source.open());
    const start = performance.now();
    setTimeout(() => stalled.abort.abort(), 10);
    await expect(reading).rejects.toMatchObject({ code: 'source/cancelled' });
    const waiting = server({ fault: (request) => (request === 0 ? 'answer' : 'refuse') });
    const other = await urlSource(ADDRESS, { ...waiting.options, delay: () => new Promise(() => undefined) });
    const second = collect(await other.open());
    setTimeout(() => waiting.abort.abort(), 10);
    await expect(second).rejects.toMatchObject({ code: 'source/cancelled' });
    expect(performance.now() - start).toBeLessThan(400);
  });
});

describe('checkedUrl', () => {
  it.each([
    'words',
    'http://example.org/a',
    'ftp://example.org/a',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://user:secret@example.org/a',
    'https://127.0.0.1/a',
    'https://2130706433/a',
    'https://0x7f.1/a',
    'https://[::1]/a',
    'https://localhost/a',
    'https://printer.local/a',
    'https://router/a',
    'https://a.internal./x',
  ])('refuses %s', (address) => {
    expect(() => checkedUrl(address)).toThrow('fetch: wanted');
  });

  it('accepts a public https address', () => {
    expect(checkedUrl('https://example.org:8443/a%20b.csv').host).toBe('example.org:8443');
  });
});
