/** Packs named streams into one zip archive, itself a stream. No 64-bit extension: archives stay under 4 GiB. */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

/** Pictures are packed already. */
const PACKED = /\.(jpe?g|png|webp|gif|avif)$/i;

export interface NamedStream {
  readonly name: string;
  readonly stream: ReadableStream<Uint8Array>;
}

/** Reads each stream to its end before the next one is asked for. */
export function zipStream(files: AsyncIterable<NamedStream>): ReadableStream<Uint8Array> {
  const chunks = zipChunks(files);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

async function* zipChunks(files: AsyncIterable<NamedStream>): AsyncGenerator<Uint8Array, undefined> {
  let ready: Uint8Array[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, data) => {
    if (error) failure = error;
    else ready.push(data);
  });
  const take = function* (): Generator<Uint8Array> {
    if (failure) throw failure;
    const taken = ready;
    ready = [];
    yield* taken;
  };
  for await (const { name, stream } of files) {
    const entry = PACKED.test(name) ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    zip.add(entry);
    for await (const chunk of readerOf(stream)) {
      entry.push(chunk);
      yield* take();
    }
    entry.push(new Uint8Array(0), true);
    yield* take();
  }
  zip.end();
  yield* take();
  return undefined;
}

/** Not every browser iterates streams. */
async function* readerOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
