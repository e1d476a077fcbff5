/**
 * Pictures by their addresses, politely: only from hosts that the user named, a few at once and so many a second, with waits that
 * grow (or that the server names) when it is busy. Redirects are followed by hand, so that no host is asked that nobody named.
 */
import { MAX_PICTURE_BYTES, pictureType } from '../../formats/pictures';
import { Throttle, timerWait, type Wait } from './throttle';
import { checkedUrl, PASSING_STATUS } from './urlSource';

/** Why there is no picture: an address or redirect that may not be asked; an answer other than 200; no answer; or its content. */
export type PictureFailure = 'refused' | 'status' | 'unreachable' | 'tooLarge' | 'tooManyPixels' | 'broken';

/** Decodes a picture and packs it anew at the size that is stored; says what is wrong with it otherwise. */
export type ShrinkPicture = (
  bytes: Uint8Array,
) => Promise<{ readonly bytes: Uint8Array; readonly mediaType: string } | 'tooManyPixels' | 'broken'>;

export interface PictureFetchOptions {
  /** Must give redirects as they are under `redirect: 'manual'`, as Node's does and a page's does not. */
  readonly fetch: typeof globalThis.fetch;
  /** Host names (with port, if it is not the scheme's) that the user named. */
  readonly allowedHosts: { has(host: string): boolean };
  readonly signal: AbortSignal;
  readonly shrink: ShrinkPicture;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Waits; passed in for tests. */
  readonly wait?: Wait;
  /** Requests at once; default 4. */
  readonly maxConcurrent?: number;
  /** Requests a second, redirects counted; default 8. */
  readonly perSecond?: number;
  /** Requests for one picture before it counts as unreachable; default 4 (waits of 0.5, 1 and 2 s, or as the server says). */
  readonly maxAttempts?: number;
}

export type PictureOutcome =
  | { readonly kind: 'picture'; readonly address: string; readonly bytes: Uint8Array; readonly mediaType: string }
  | {
      readonly kind: 'failed';
      readonly address: string;
      readonly reason: PictureFailure;
      /** In words: what came instead. */
      readonly detail: string;
    }
  /** Not finished since the signal fired. */
  | { readonly kind: 'stopped'; readonly address: string };

const FIRST_WAIT_MS = 500;
/** A server that asks for more is asked again after this long; the fourth refusal ends it. */
const LONGEST_WAIT_MS = 120_000;
/** One request with its body. */
const REQUEST_MS = 60_000;
const MOST_REDIRECTS = 5;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);
/** The server has too much to do: everything for it waits, not this picture alone. */
const BUSY_STATUS = new Set([429, 503]);
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An address that may be asked once its host is named: https and public, or on this very machine. Null for all others. */
export function pictureUrl(address: string): URL | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (THIS_MACHINE.has(url.hostname))
    return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null;
  try {
    return checkedUrl(address);
  } catch {
    // What is wrong with it does not matter here: it is counted as refused.
    return null;
  }
}

/**
 * Outcomes as they come, not in the order of `addresses` (all different), one for each address that was begun. After the signal none is begun any
 * more. Leaving the loop ends what is under way. Memory: `maxConcurrent` pictures.
 */
export async function* fetchPictures(
  addresses: Iterable<string>,
  options: PictureFetchOptions,
): AsyncGenerator<PictureOutcome, void, undefined> {
  const left = new AbortController();
  const signal = AbortSignal.any([options.signal, left.signal]);
  const fetcher = new PictureFetcher({ ...options, signal });
  const waiting = addresses[Symbol.iterator]();
  const running = new Map<string, Promise<PictureOutcome>>();
  let isAtEnd = false;
  try {
    for (;;) {
      while (running.size < (options.maxConcurrent ?? 4) && !isAtEnd && !signal.aborted) {
        const { done, value } = waiting.next();
        if (done) isAtEnd = true;
        else running.set(value, fetcher.fetch(value));
      }
      if (running.size === 0) return;
      const outcome = await Promise.race(running.values());
      running.delete(outcome.address);
      yield outcome;
    }
  } finally {
    left.abort();
    await Promise.allSettled(running.values());
  }
}

class PictureFetcher {
  readonly #options: PictureFetchOptions;
  readonly #wait: Wait;
  readonly #throttle: Throttle;

  constructor(options: PictureFetchOptions) {
    const { wait = timerWait, perSecond = 8, now } = options;
    this.#options = options;
    this.#wait = wait;
    this.#throttle = new Throttle({ perSecond, now, wait });
  }

  async fetch(address: string): Promise<PictureOutcome> {
    const { shrink, signal } = this.#options;
    try {
      const url = pictureUrl(address);
      if (url === null) throw new Failed('refused', 'an address that is not https or not public');
      const bytes = await this.#download(url);
      if (pictureType(bytes) === null) throw new Failed('broken', 'other bytes than a picture');
      const shrunk = await shrink(bytes);
      if (shrunk === 'broken') throw new Failed('broken', 'a picture that does not decode');
      if (shrunk === 'tooManyPixels') throw new Failed('tooManyPixels', 'a picture of too many pixels');
      return { kind: 'picture', address, ...shrunk };
    } catch (cause) {
      if (signal.aborted) return { kind: 'stopped', address };
      if (!(cause instanceof Failed)) throw cause;
      return { kind: 'failed', address, reason: cause.reason, detail: cause.message };
    }
  }

  async #download(url: URL): Promise<Uint8Array> {
    const { maxAttempts = 4, signal } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#follow(url);
      } catch (cause) {
        if (!(cause instanceof Passing) || signal.aborted) throw cause;
        if (attempt >= maxAttempts) throw new Failed('unreachable', cause.message);
        const wait = Math.min(LONGEST_WAIT_MS, cause.waitMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1));
        if (cause.busyHost !== null) this.#throttle.pause(cause.busyHost, wait);
        else await this.#wait(wait, signal);
      }
    }
  }

  async #follow(first: URL): Promise<Uint8Array> {
    const { allowedHosts, signal } = this.#options;
    let url: URL | null = first;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      if (url === null) throw new Failed('refused', 'a redirect to an address that is not https or not public');
      if (!allowedHosts.has(url.host)) throw new Failed('refused', `a redirect to ${url.host}, which you did not name`);
      if (!(await this.#throttle.turn(url.host, signal))) throw new Failed('unreachable', 'a stop');
      const stop = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
      const response = await this.#request(url, stop);
      const { headers, status } = response;
      const location = headers.get('location');
      if (status === 200) return readCapped(response);
      await response.body?.cancel().catch(() => undefined);
      if (REDIRECT_STATUS.has(status) && location !== null) {
        url = URL.canParse(location, url) ? pictureUrl(new URL(location, url).href) : null;
        continue;
      }
      if (!PASSING_STATUS.has(status)) throw new Failed('status', `status ${status}`);
      const busyHost = BUSY_STATUS.has(status) ? url.host : null;
      throw new Passing(`status ${status}`, { busyHost, waitMs: retryAfterMs(headers.get('retry-after')) });
    }
    throw new Failed('refused', `more than ${MOST_REDIRECTS} redirects`);
  }

  async #request(url: URL, signal: AbortSignal): Promise<Response> {
    try {
      return await this.#options.fetch(url.href, {
        headers: { accept: 'image/*' },
        signal,
        redirect: 'manual',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
      });
    } catch (cause) {
      throw new Passing('no answer', { cause });
    }
  }
}

/** The body, as long as it stays below the cap: what servers say of its length proves nothing. */
async function readCapped(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Failed('broken', 'no bytes');
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    let part: ReadableStreamReadResult<Uint8Array>;
    try {
      part = await reader.read();
    } catch (cause) {
      throw new Passing('a connection that broke', { cause });
    }
    if (part.done) break;
    length += part.value.length;
    if (length > MAX_PICTURE_BYTES) {
      await reader.cancel().catch(() => undefined);
      throw new Failed('tooLarge', `more than ${MAX_PICTURE_BYTES / 2 ** 20} MB`);
    }
    parts.push(part.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** `Retry-After`: seconds or a date. Null where there is none that makes sense. */
function retryAfterMs(value: string | null): number | null {
  if (value === null) return null;
  const wait = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}

/** Final for this address. */
class Failed extends Error {
  constructor(
    readonly reason: PictureFailure,
    detail: string,
  ) {
    super(detail);
  }
}

/** Worth another attempt. */
class Passing extends Error {
  /** The host that everything must leave alone for a while. */
  readonly busyHost: string | null;
  readonly waitMs: number | null;

  constructor(
    message: string,
    { busyHost = null, waitMs = null, cause }: { busyHost?: string | null; waitMs?: number | null; cause?: unknown },
  ) {
    super(message, { cause });
    this.busyHost = busyHost;
    this.waitMs = waitMs;
  }
}
