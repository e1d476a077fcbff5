import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type NamedStream, zipStream } from './zipWriter';

const streamOf = (...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

async function* files(): AsyncGenerator<NamedStream> {
  const text = new TextEncoder();
  yield { name: 'a.json', stream: streamOf(text.encode('{"a":'), text.encode('1}')) };
  yield { name: 'Images/x.jpg', stream: streamOf(Uint8Array.of(1, 2), Uint8Array.of(3)) };
  yield { name: 'empty.txt', stream: streamOf() };
}

describe('zipStream', () => {
  it('packs streams so that another program unpacks the same bytes', async () => {
    const archive = new Uint8Array(await new Response(zipStream(files())).arrayBuffer());
    const found = unzipSync(archive);
    expect(Object.keys(found)).toEqual(['a.json', 'Images/x.jpg', 'empty.txt']);
    expect(new TextDecoder().decode(found['a.json'])).toBe('{"a":1}');
    expect(found['Images/x.jpg']).toEqual(Uint8Array.of(1, 2, 3));
    expect(found['empty.txt']).toHaveLength(0);
  });

  it('passes on what a stream fails with', async () => {
    async function* broken(): AsyncGenerator<NamedStream> {
      yield { name: 'a', stream: new ReadableStream({ pull: (controller) => controller.error(new Error('torn')) }) };
    }
    await expect(new Response(zipStream(broken())).arrayBuffer()).rejects.toThrow('torn');
  });
});
