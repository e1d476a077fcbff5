/**
 * A file on the web as a `ByteSource`. The host must have been allowed by the user; only https, no credentials, no referrer.
 * A connection that drops or stalls is taken up again by Range requests where it ended, after a wait that doubles; the file must
 * still be the same (its ETag, or else its date and length), or the import stops rather than mix two versions.
 */
import { CancelledError, FormatError, TesseraError } from '../../base/errors';
import type { ByteSource } from './sink';

export interface UrlSourceOptions {
  /** Passed in so that hosts and tests can wrap it. */
  readonly fetch: typeof globalThis.fetch;
  /** Host names (with port, if one is given) that the user allowed. */
  readonly allowedHosts: { has(host: string): boolean };
  readonly signal: AbortSignal;
  /** Waits; passed in for tests. */
  readonly delay?: (milliseconds: number) => Promise<void>;
  /** Most new attempts in a row without a byte; default 5 (waits of 0.5, 1, 2, 4 and 8 s). */
  readonly maxAttempts?: number;
  /** A connection that gives nothing for so long counts as dropped; default 30 s. */
  readonly stallMs?: number;
}

const DEFAULT_ATTEMPTS = 5;
const DEFAULT_STALL_MS = 30_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 16_000;
/** Worth another attempt: too many requests, and what proxies say of a server that is down for a moment. */
export const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What must not change between two requests for one file. */
interface Version {
  readonly etag: string | null;
  readonly modified: string | null;
  /** NaN when the server does not say. */
  readonly sizeBytes: number;
  readonly acceptsRanges: boolean;
}

/**
 * Checks an address that a user typed in.
 * @throws FormatError `url/syntax`, `url/scheme`, `url/host` (literal addresses, localhost, `.local`: a page must not be made to
 *   probe the network it stands in), `url/credentials`
 */
export function checkedUrl(address: string): URL {
  const refuse = (code: string, wanted: string, came: string): FormatError =>
    new FormatError(
      `url/${code}`,
      `fetch: wanted ${wanted}, came ${came}; correct the address, or download the file and drop it here`,
    );
  if (!URL.canParse(address))
    throw refuse('syntax', 'a web address like https://example.org/data.jsonl.gz', 'other text');
  const url = new URL(address);
  if (url.protocol !== 'https:') throw refuse('scheme', 'an https address', url.protocol.replace(/:$/, ''));
  if (url.username !== '' || url.password !== '')
    throw refuse('credentials', 'an address without a password', 'one with');
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  const isLiteral = /^[\d.]+$/.test(host) || host.startsWith('[');
  const isNear =
    host === 'localhost' || /\.(localhost|local|internal|lan|home\.arpa)$/.test(host) || !host.includes('.');
  if (isLiteral || isNear) throw refuse('host', 'a public host name', 'an address of this machine or network');
  return url;
}

/**
 * Asks for the file's size and version and gives a source for it.
 * @throws FormatError `url/*`; TesseraError `source/permission`, `source/http`, `source/network`; CancelledError
 */
export async function urlSource(address: string, options: UrlSourceOptions): Promise<ByteSource> {
  const url = checkedUrl(address);
  const name = fileNameOf(url);
  const download = new Download(url, name, options);
  const version = await download.ask();
  return {
    name,
    sizeBytes: version.sizeBytes,
    open: async (from = 0) => download.stream(from),
    ...(version.acceptsRanges && !Number.isNaN(version.sizeBytes)
      ? { slice: (from: number, to: number) => download.slice(from, to) }
      : {}),
  };
}

/** The last part of the path, unescaped where possible; a label only. */
function fileNameOf(url: URL): string {
  const last =
    url.pathname
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? url.hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    // A stray % is part of the name, then.
    return last;
  }
}

class Download {
  readonly #url: URL;
  readonly #name: string;
  readonly #options: UrlSourceOptions;
  #version: Version | null = null;

  constructor(url: URL, name: string, options: UrlSourceOptions) {
    this.#url = url;
    this.#name = name;
    this.#options = options;
  }

  /** Learns size and version from the headers of the first byte's request, then drops the body. */
  async ask(): Promise<Version> {
    const response = await this.#retrying(() => this.#request({ Range: 'bytes=0-0' }, [200, 206, 416]));
    await response.body?.cancel();
    const { headers, status } = response;
    const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
    // A body that the browser has unpacked has another length than the header says.
    const whole = headers.get('content-encoding') === null ? headers.get('content-length') : null;
    const size = status === 206 || status === 416 ? total : whole;
    this.#version = {
      etag: headers.get('etag'),
      modified: headers.get('last-modified'),
      sizeBytes: size === undefined || size === null ? Number.NaN : Number(size),
      acceptsRanges: status === 206 && headers.get('content-encoding') === null,
    };
    return this.#version;
  }

  /** Bytes from `from` to the end, over as many connections as it takes. */
  stream(from: number): ReadableStream<Uint8Array> {
    let at = from;
    let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
    let attempts = 0;
    const { stallMs = DEFAULT_STALL_MS, maxAttempts = DEFAULT_ATTEMPTS } = this.#options;
    const size = this.#version?.sizeBytes ?? Number.NaN;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          for (;;) {
            if (!Number.isNaN(size) && at >= size) return controller.close();
            try {
              reader ??= await this.#openAt(at);
              const { done, value } = await withinTime(reader.read(), stallMs, this.#options.signal);
              if (!done && value.length > 0) {
                at += value.length;
                attempts = 0;
                if (at > size) throw this.#failure('source/length', `${size} bytes`, 'more');
                return controller.enqueue(value);
              }
              if (done && (Number.isNaN(size) || at === size)) return controller.close();
              if (done) throw new Dropped(`ended at byte ${at} of ${size}`);
            } catch (cause) {
              await reader?.cancel().catch(() => undefined);
              reader = null;
              if (!(cause instanceof Dropped)) throw this.#asFailure(cause);
              if (++attempts > maxAttempts)
                throw this.#failure('source/network', 'the rest of the file', 'none', cause);
              await this.#wait(attempts);
            }
          }
        },
        cancel: async (reason) => {
          await reader?.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  async slice(from: number, to: number): Promise<Uint8Array> {
    if (to <= from) return new Uint8Array(0);
    return this.#retrying(async () => {
      const response = await this.#request({ Range: `bytes=${from}-${to - 1}` }, [200, 206]);
      this.#checkVersion(response, from);
      const bytes = new Uint8Array(await withinTime(response.arrayBuffer(), DEFAULT_STALL_MS, this.#options.signal));
      if (bytes.length > to - from) throw this.#failure('source/length', `${to - from} bytes`, `${bytes.length}`);
      return bytes;
    });
  }

  async #openAt(at: number): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const acceptsRanges = this.#version?.acceptsRanges ?? false;
    if (at > 0 && !acceptsRanges)
      throw this.#failure('source/ranges', 'a server that sends parts of a file', 'the whole only');
    const response = await this.#request(at > 0 ? { Range: `bytes=${at}-` } : {}, [200, 206]);
    this.#checkVersion(response, at);
    if (response.body === null) throw new Dropped('no body');
    return response.body.getReader();
  }

  /**
   * The answer's headers say whether it is still the same file. `If-Match` and `If-Range` are not sent: browsers ask a foreign host
   * for permission before such a request, which storage hosts do not give; a plain Range needs none.
   * @throws TesseraError `source/changed`
   */
  #checkVersion(response: Response, from: number): void {
    const { headers, status } = response;
    const before = this.#version;
    if (before === null) return;
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
    const length = headers.get('content-encoding') === null ? headers.get('content-length') : null;
    const isWholeLength =
      status !== 200 || length === null || Number.isNaN(before.sizeBytes) || Number(length) === before.sizeBytes;
    const isSame =
      isWholeLength &&
      headers.get('etag') === before.etag &&
      (before.etag !== null || headers.get('last-modified') === before.modified) &&
      (range?.[2] === undefined || range[2] === '*' || Number(range[2]) === before.sizeBytes);
    if (!isSame) throw this.#failure('source/changed', 'the file as it was at the start', 'another version');
    const isFromThere = status === 206 ? Number(range?.[1]) === from : from === 0;
    if (!isFromThere) throw this.#failure('source/ranges', `bytes from ${from}`, 'others');
  }

  async #request(headers: Record<string, string>, accepted: readonly number[]): Promise<Response> {
    const { fetch, allowedHosts, signal } = this.#options;
    if (!allowedHosts.has(this.#url.host)) {
      throw this.#failure('source/permission', `your permission for ${this.#url.host}`, 'none');
    }
    let response: Response;
    try {
      const request = {
        headers,
        signal,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
      } as const;
      response = await fetch(this.#url.href, request);
    } catch (cause) {
      throw new Dropped('no answer', cause);
    }
    // Redirects end at a host that nobody allowed, unless it is on the list too.
    const end = response.url === '' ? this.#url : new URL(response.url);
    if (end.protocol !== 'https:' || !allowedHosts.has(end.host)) {
      await response.body?.cancel();
      throw this.#failure(
        'source/permission',
        `the file on ${this.#url.host}`,
        `a redirect to ${end.host}, not allowed yet`,
      );
    }
    if (accepted.includes(response.status)) return response;
    await response.body?.cancel();
    if (PASSING_STATUS.has(response.status)) throw new Dropped(`status ${response.status}`);
    throw this.#failure('source/http', 'the file', `status ${response.status}`);
  }

  async #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const { maxAttempts = DEFAULT_ATTEMPTS } = this.#options;
    for (let attempts = 1; ; attempts++) {
      try {
        return await attempt();
      } catch (cause) {
        if (!(cause instanceof Dropped)) throw this.#asFailure(cause);
        if (attempts > maxAttempts) throw this.#failure('source/network', 'an answer', cause.message, cause);
        await this.#wait(attempts);
      }
    }
  }

  async #wait(attempts: number): Promise<void> {
    this.#stopIfAsked();
    const { delay = sleep, signal } = this.#options;
    await untilAborted(delay(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1))), signal);
    this.#stopIfAsked();
  }

  #stopIfAsked(): void {
    if (this.#options.signal.aborted)
      throw new CancelledError('source/cancelled', `fetch ${this.#name}: stopped on request`);
  }

  #asFailure(cause: unknown): unknown {
    this.#stopIfAsked();
    return cause;
  }

  #failure(code: string, wanted: string, came: string, cause?: unknown): TesseraError {
    const remedy =
      code === 'source/permission' ? 'allow the host first' : 'try again, or download the file and drop it here';
    const options = cause === undefined ? {} : { cause };
    return new TesseraError(code, `fetch ${this.#name}: wanted ${wanted}, came ${came}; ${remedy}`, options);
  }
}

/** A connection that ended early: worth another attempt. */
class Dropped extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Ends at once when `signal` fires; the caller then looks at the signal. */
async function untilAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([waiting, aborted]);
  signal.removeEventListener('abort', stop);
}

/** Failures of reading count as a dropped connection, and so does silence. */
async function withinTime<T>(reading: Promise<T>, milliseconds: number, signal: AbortSignal): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = (): void => undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Dropped('silence')), milliseconds);
    stop = () => reject(new Dropped('stopped'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([reading.catch(asDropped), silence]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function asDropped(cause: unknown): never {
  throw new Dropped('the connection broke', cause);
}
