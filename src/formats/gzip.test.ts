import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, gzipOf, streamOf } from '../../test/fixtures/byteStreams';
import { FormatError } from '../base/errors';
import { installNodeInflater } from '../cli/nodeInflater';
import { inflateGzip, inflateIfGzip, setInflater } from './gzip';

const useNode = (): (() => void) => {
  const before = installNodeInflater();
  return () => setInflater(before);
};

const options = { file: 'a.gz' };

async function failure(stream: ReadableStream<Uint8Array>): Promise<string> {
  const error = await collect(stream).then(
    () => null,
    (cause: unknown) => cause,
  );
  return error instanceof FormatError ? error.code : `not a FormatError: ${String(error)}`;
}

describe.each([
  ['the platform’s inflater', () => () => undefined],
  ['Node’s own inflater', useNode],
] as const)('inflateGzip with %s', (host, use) => {
  let restore: () => void = () => undefined;
  beforeAll(() => {
    restore = use();
  });
  afterAll(() => restore());

  it('gives back what was packed, whatever the chunk sizes', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i * 7919}\n`).join('');
    const packed = await gzipOf(text);
    for (const chunkBytes of [61, 1000, 5000, packed.length]) {
      const inflated = await collect(inflateGzip(streamOf(packed, chunkBytes), options));
      expect(new TextDecoder().decode(inflated)).toBe(text);
    }
  });

  // Browsers hold back; the DecompressionStream of Node 20 does not, which is one reason for the other inflater.
  if (!host.startsWith('the platform'))
    it('reads no further than it is asked for', async () => {
      const packed = await gzipOf(Uint8Array.from({ length: 2 ** 22 }, (_, at) => (at * at * 31) >>> 5));
      let given = 0;
      const endless = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            const piece = packed.subarray(given % packed.length, (given % packed.length) + 65_536);
            given += piece.length;
            controller.enqueue(piece);
          },
        },
        { highWaterMark: 0 },
      );
      const reader = inflateGzip(endless, options).getReader();
      await reader.read();
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setTimeout(resolve));
      expect(given).toBeLessThan(2 ** 20);
      await reader.cancel();
    });

  it('reports a file cut anywhere as truncated', async () => {
    const packed = await gzipOf(Array.from({ length: 5000 }, (_, i) => `${Math.sin(i)}`).join(','));
    for (const cut of [5, 20, 1000, packed.length - 9, packed.length - 1]) {
      expect(await failure(inflateGzip(streamOf(packed.slice(0, cut)), options))).toBe('gzip/truncated');
    }
  });

  it('reports damaged bytes and a wrong checksum as corrupt', async () => {
    const packed = await gzipOf(Array.from({ length: 5000 }, (_, i) => `${Math.sin(i)}`).join(','));
    const badChecksum = packed.slice();
    badChecksum[packed.length - 8] = (badChecksum[packed.length - 8] ?? 0) ^ 1;
    expect(await failure(inflateGzip(streamOf(badChecksum), options))).toBe('gzip/corrupt');
    expect(await failure(inflateGzip(streamOf('not gzip at all, only words'), options))).toBe('gzip/corrupt');
  });

  it('stops a bomb soon after the ratio is exceeded', async () => {
    const packed = await gzipOf(new Uint8Array(64 * 2 ** 20));
    let passed = 0;
    const reader = inflateGzip(streamOf(packed), options).getReader();
    const startMs = performance.now();
    const error = await (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return null;
        passed += value.length;
      }
    })().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'gzip/ratio' });
    // The ratio counts input that was handed over, of which the platform may hold all 65 KB at once.
    expect(passed).toBeLessThanOrEqual(200 * packed.length);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('stops at the byte cap', async () => {
    const packed = await gzipOf(Array.from({ length: 50_000 }, (_, i) => `${Math.sin(i)}`).join(','));
    expect(await failure(inflateGzip(streamOf(packed), { ...options, maxBytes: 100_000 }))).toBe('gzip/tooLarge');
  });

  it('passes on a failure of the source itself', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull() {
        throw new RangeError('cable cut');
      },
    });
    await expect(collect(inflateGzip(broken, options))).rejects.toThrow('cable cut');
  });
});

describe('inflateIfGzip', () => {
  it('inflates gzip and leaves anything else alone, down to no bytes at all', async () => {
    for (const content of ['', 'x', '{"id":1}\n']) {
      const packed = await gzipOf(content);
      for (const bytes of [packed, content]) {
        const out = await collect(await inflateIfGzip(streamOf(bytes, 1), options));
        expect(new TextDecoder().decode(out)).toBe(content);
      }
    }
  });
});
