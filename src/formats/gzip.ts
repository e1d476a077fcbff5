/**
 * Streaming gzip with guards against bombs (64 MiB of zeros pack into 65 KB): the compressed input is fed in small
 * pieces, so the inflater of a browser cannot run far ahead, and every inflated chunk is counted before it is passed on.
 */
import type { FormatError } from '../base/errors';
import { formatProblem } from './formatProblem';

export interface InflateOptions {
  /** Name for messages. */
  readonly file: string;
  /** Most bytes that may come out; default 2 GiB. */
  readonly maxBytes?: number;
  /** Most inflated bytes for each compressed one, enforced after the first MiB; default 200 (text stays under 30). */
  readonly maxRatio?: number;
}

const DEFAULT_MAX_BYTES = 2 ** 31;
const DEFAULT_MAX_RATIO = 200;
/** Bytes in, inflated bytes out. Must hold back while nobody reads. */
export type Inflater = (format: 'gzip' | 'deflate-raw') => ReadableWritablePair<Uint8Array, Uint8Array>;

// The cast bridges two typings of the same platform class.
let makeInflater: Inflater = (format) =>
  new DecompressionStream(format) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;

/** For hosts with a better inflater than the standard one; called once at start. Returns the one before. */
export function setInflater(inflater: Inflater): Inflater {
  const before = makeInflater;
  makeInflater = inflater;
  return before;
}

/** Short highly regular files are harmless, so the ratio counts only past this many inflated bytes. */
const RATIO_GRACE_BYTES = 2 ** 20;
/** At deflate's best ratio of 1,032:1 one piece inflates to about 4 MiB: the most that can be in flight. */
const WARY_PIECE_BYTES = 4096;
/**
 * Pieces once a MiB has come out at an ordinary ratio: twice as fast (every piece is a trip to another thread), and at most
 * 33 MiB in flight should the file turn into a bomb then.
 */
const PIECE_BYTES = 32_768;
const ORDINARY_RATIO = 30;

/**
 * Inflates a gzip stream. Takes `stream`; cancelling the result cancels it.
 * The result errors with FormatError `gzip/truncated`, `gzip/corrupt`, `gzip/tooLarge` or `gzip/ratio`.
 */
export function inflateGzip(stream: ReadableStream<Uint8Array>, options: InflateOptions): ReadableStream<Uint8Array> {
  return guarded(stream, 'gzip', options);
}

/** As `inflateGzip`, also for the bare deflate data inside zip archives. */
export function guarded(
  stream: ReadableStream<Uint8Array>,
  format: 'gzip' | 'deflate-raw',
  options: InflateOptions,
): ReadableStream<Uint8Array> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const maxRatio = options.maxRatio ?? DEFAULT_MAX_RATIO;
  const input = { bytes: 0, failure: undefined as unknown };
  let inflatedBytes = 0;
  const inflater = makeInflater(format);
  const isOrdinary = (): boolean => inflatedBytes > RATIO_GRACE_BYTES && inflatedBytes < ORDINARY_RATIO * input.bytes;
  const pieceBytes = (): number => (isOrdinary() ? PIECE_BYTES : WARY_PIECE_BYTES);
  const reader = inPieces(stream, input, pieceBytes).pipeThrough(inflater).getReader();

  const overLimit = (): FormatError | null => {
    const place = { file: options.file };
    if (inflatedBytes > maxBytes) {
      const problem = { wanted: `at most ${maxBytes} bytes unpacked`, came: 'more', remedy: 'split the file' };
      return formatProblem('gzip/tooLarge', place, problem);
    }
    if (inflatedBytes > RATIO_GRACE_BYTES && inflatedBytes > maxRatio * input.bytes) {
      const came = `${inflatedBytes} from ${input.bytes}`;
      const remedy = 'this looks like a compression bomb: check where the file comes from';
      return formatProblem('gzip/ratio', place, { wanted: `at most ${maxRatio} bytes from each byte`, came, remedy });
    }
    return null;
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let result: ReadableStreamReadResult<Uint8Array>;
        try {
          result = await reader.read();
        } catch (cause) {
          throw input.failure ?? inflateFailure(options.file, cause);
        }
        if (result.done) {
          controller.close();
          return;
        }
        inflatedBytes += result.value.length;
        const refusal = overLimit();
        if (refusal !== null) {
          await reader.cancel(refusal).catch(() => undefined);
          throw refusal;
        }
        controller.enqueue(result.value);
      },
      async cancel(reason) {
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Inflates `stream` if its first bytes are gzip's (1f 8b), else passes it on unchanged. Servers that send a `.gz` file with
 * `Content-Encoding: gzip` make the browser inflate it before we see it, so the file name alone proves nothing.
 */
export async function inflateIfGzip(
  stream: ReadableStream<Uint8Array>,
  options: InflateOptions,
): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader();
  const head: Uint8Array[] = [];
  const firstBytes: number[] = [];
  while (firstBytes.length < 2) {
    const { done, value } = await reader.read();
    if (done) break;
    head.push(value);
    firstBytes.push(...value.subarray(0, 2));
  }
  const rejoined = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const held = head.shift();
        if (held !== undefined) return controller.enqueue(held);
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return firstBytes[0] === 0x1f && firstBytes[1] === 0x8b ? inflateGzip(rejoined, options) : rejoined;
}

/** Re-cuts `stream` into pieces of at most `pieceBytes()`, counting bytes and remembering a failure of the source itself. */
function inPieces(
  stream: ReadableStream<Uint8Array>,
  input: { bytes: number; failure: unknown },
  pieceBytes: () => number,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let held = new Uint8Array(0) as Uint8Array;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (held.length === 0) {
          try {
            const { done, value } = await reader.read();
            if (done) return controller.close();
            held = value;
          } catch (cause) {
            input.failure = cause;
            throw cause;
          }
        }
        const piece = held.subarray(0, pieceBytes());
        held = held.subarray(piece.length);
        input.bytes += piece.length;
        controller.enqueue(piece);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** The platforms report a cut stream only in words: Node, Chromium, Firefox and WebKit in this order. */
const TRUNCATION = /unexpected end|truncat|without reaching the stream end|incomplete/i;

function inflateFailure(file: string, cause: unknown): FormatError {
  const text = causeText(cause);
  if (TRUNCATION.test(text)) {
    const remedy = 'copy or download it again';
    return formatProblem(
      'gzip/truncated',
      { file },
      { wanted: 'a complete gzip file', came: 'its beginning only', remedy, cause },
    );
  }
  const remedy = 'copy or download it again, or unpack it with another program';
  return formatProblem(
    'gzip/corrupt',
    { file },
    { wanted: 'gzip data', came: 'bytes that break the format', remedy, cause },
  );
}

function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause === undefined ? cause.message : `${cause.message} ${causeText(cause.cause)}`;
}
