/** `ByteSource`s of things at hand: picked or dropped files, bytes in memory; and what can be asked of any source. */
import type { ByteSource } from './sink';

/** Reading by `slice` asks for this much at a time. */
const SLICE_STREAM_BYTES = 2 ** 18;

/** A file of the page. `path` is its place in the dropped folder, which browsers keep outside the name. */
export function fileByteSource(file: File, path?: string): ByteSource {
  const relative = path ?? file.webkitRelativePath;
  return {
    name: relative === undefined || relative === '' ? file.name : relative,
    sizeBytes: file.size,
    open: async (from = 0) => file.slice(from).stream(),
    slice: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
  };
}

/** Bytes in memory. Borrows `bytes`. */
export function memoryByteSource(name: string, bytes: Uint8Array | string): ByteSource {
  const all = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  const slice = async (from: number, to: number): Promise<Uint8Array> => all.slice(from, to);
  return {
    name,
    sizeBytes: all.length,
    open: async (from = 0) => streamOfSlices(slice, from, all.length),
    slice,
  };
}

/** The bytes [from, to) of something that can be read by `slice`, as a stream. */
export function streamOfSlices(
  slice: (from: number, to: number) => Promise<Uint8Array>,
  from: number,
  to: number,
): ReadableStream<Uint8Array> {
  let at = from;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (at >= to) return controller.close();
        const bytes = await slice(at, Math.min(to, at + SLICE_STREAM_BYTES));
        // A source that got shorter ends early; whoever reads notices by the length it expects.
        if (bytes.length === 0) return controller.close();
        at += bytes.length;
        controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The first `count` bytes of `stream`, fewer if it ends before. Takes the stream and cancels the rest. */
export async function firstBytes(stream: ReadableStream<Uint8Array>, count: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const bytes = new Uint8Array(count);
  let length = 0;
  try {
    while (length < count) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, count - length);
      bytes.set(part, length);
      length += part.length;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return bytes.subarray(0, length);
}

/** The last part of a path, and what stands before it. Both kinds of slash count, as zip files of Windows have the other. */
export function splitPath(name: string): { folder: string; file: string } {
  const at = Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\'));
  return { folder: at < 0 ? '' : name.slice(0, at), file: name.slice(at + 1) };
}
