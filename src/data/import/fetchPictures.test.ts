import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fetchPictures, type PictureFetchOptions, type PictureOutcome, pictureUrl } from './fetchPictures';
import type { Wait } from './throttle';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);
const HOST = 'img.example.org';
const addresses = (count: number): string[] => Array.from({ length: count }, (_, n) => `https://${HOST}/${n}.jpg`);

/** Time that passes only when everybody waits for it. */
class FakeClock {
  time = 0;
  #sleepers: { at: number; wake: () => void }[] = [];
  readonly now = (): number => this.time;
  readonly wait: Wait = (milliseconds) =>
    new Promise((wake) => this.#sleepers.push({ at: this.time + milliseconds, wake }));

  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    work.then(end, end);
    while (!isDone) {
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      const at = Math.min(...this.#sleepers.map((sleeper) => sleeper.at));
      if (isDone || at === Number.POSITIVE_INFINITY) continue;
      this.time = Math.max(this.time, at);
      const awake = this.#sleepers.filter((sleeper) => sleeper.at <= at);
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at > at);
      for (const { wake } of awake) wake();
    }
    return work;
  }
}

type Answer = (url: string, request: number) => Response | Promise<Response>;

function network(clock: FakeClock, answer: Answer) {
  const log = { starts: [] as { url: string; at: number }[], now: 0, most: 0, inits: [] as RequestInit[] };
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = String(input);
    log.starts.push({ url, at: clock.time });
    log.inits.push(init);
    log.most = Math.max(log.most, ++log.now);
    try {
      return await answer(url, log.starts.length);
    } finally {
      log.now--;
    }
  };
  return { log, fetch };
}

async function outcomes(clock: FakeClock, wanted: string[], options: Partial<PictureFetchOptions>) {
  const found: PictureOutcome[] = [];
  const all = async (): Promise<void> => {
    for await (const outcome of fetchPictures(wanted, {
      fetch: () => Promise.reject(new Error('no network')),
      allowedHosts: new Set([HOST]),
      signal: new AbortController().signal,
      shrink: async (bytes) => ({ bytes, mediaType: 'image/jpeg' }),
      now: clock.now,
      wait: clock.wait,
      ...options,
    }))
      found.push(outcome);
  };
  await clock.run(all());
  return found;
}

const picture = (): Response => new Response(JPEG);
const redirect = (to: string): Response => new Response(null, { status: 302, headers: { location: to } });

describe('fetchPictures', () => {
  it('starts at most 8 requests a second', async () => {
    const clock = new FakeClock();
    const { log, fetch } = network(clock, picture);
    const found = await outcomes(clock, addresses(25), { fetch });
    expect(found.filter(({ kind }) => kind === 'picture')).toHaveLength(25);
    const gaps = log.starts.slice(1).map(({ at }, n) => at - (log.starts[n]?.at ?? 0));
    expect(new Set(gaps)).toEqual(new Set([125]));
  });

  it('has at most 4 requests open, however slow the answers are', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const { log, fetch } = network(clock, async () => {
      await clock.wait(2000, signal);
      return picture();
    });
    await outcomes(clock, addresses(14), { fetch });
    expect(log.most).toBe(4);
    expect(log.starts).toHaveLength(14);
    expect(clock.time).toBeGreaterThanOrEqual(6000);
  });

  it('sends neither cookies nor a referrer, and follows no redirect by itself', async () => {
    const clock = new FakeClock();
    const { log, fetch } = network(clock, picture);
    await outcomes(clock, addresses(1), { fetch });
    expect(log.inits[0]).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'manual' });
  });

  it.each([429, 503])('leaves the host alone for as long as a %i asks', async (status) => {
    const clock = new FakeClock();
    const { log, fetch } = network(clock, (_, request) =>
      request === 3 ? new Response('slow down', { status, headers: { 'retry-after': '7' } }) : picture(),
    );
    const found = await outcomes(clock, addresses(9), { fetch });
    expect(found.filter(({ kind }) => kind === 'picture')).toHaveLength(9);
    expect(log.starts).toHaveLength(10);
    const busyAt = log.starts[2]?.at ?? 0;
    expect(log.starts.filter(({ at }) => at > busyAt && at < busyAt + 7000)).toEqual([]);
  });

  it('waits longer each time without a word from the server, then gives the picture up', async () => {
    const clock = new FakeClock();
    const { log, fetch } = network(clock, () => new Response('', { status: 500 }));
    const [found] = await outcomes(clock, addresses(1), { fetch });
    expect(found).toMatchObject({ kind: 'failed', reason: 'unreachable', detail: 'status 500' });
    expect(log.starts.map(({ at }) => at)).toEqual([0, 500, 1500, 3500]);
  });

  it('asks no host that was not named, neither first nor by a redirect', async () => {
    const clock = new FakeClock();
    const { log, fetch } = network(clock, (url) => {
      if (url.endsWith('/0.jpg')) return redirect('https://tracker.example.net/x.jpg');
      if (url.endsWith('/1.jpg')) return redirect('http://img.example.org/plain.jpg');
      if (url.endsWith('/2.jpg')) return redirect('https://192.168.0.1/');
      if (url.endsWith('/3.jpg')) return redirect('/moved.jpg');
      if (url.endsWith('/4.jpg')) return redirect('https://cdn.example.org/a.jpg');
      return url.endsWith('/loop') || url.endsWith('/5.jpg') ? redirect('/loop') : picture();
    });
    const wanted = [...addresses(6), 'https://other.example.net/a.jpg'];
    const found = await outcomes(clock, wanted, { fetch, allowedHosts: new Set([HOST, 'cdn.example.org']) });
    const kinds = new Map(found.map((outcome) => [outcome.address, outcome]));
    for (const n of [0, 1, 2, 5, 6]) expect(kinds.get(wanted[n] ?? '')).toMatchObject({ reason: 'refused' });
    for (const n of [3, 4]) expect(kinds.get(wanted[n] ?? '')?.kind).toBe('picture');
    const asked = new Set(log.starts.map(({ url }) => new URL(url).origin));
    expect(asked).toEqual(new Set(['https://img.example.org', 'https://cdn.example.org']));
    expect(log.starts.filter(({ url }) => /loop|5\.jpg/.test(url))).toHaveLength(6);
  });

  it('stops reading a picture that passes 5 MB', async () => {
    const clock = new FakeClock();
    let given = 0;
    const { fetch } = network(clock, () => {
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          given += 2 ** 20;
          controller.enqueue(new Uint8Array(2 ** 20));
        },
      });
      return new Response(endless);
    });
    const [found] = await outcomes(clock, addresses(1), { fetch });
    expect(found).toMatchObject({ kind: 'failed', reason: 'tooLarge' });
    expect(given).toBeLessThanOrEqual(8 * 2 ** 20);
  });

  it('takes up a connection that breaks, and hands no SVG to the decoder', async () => {
    const clock = new FakeClock();
    const { log, fetch } = network(clock, (url, request) => {
      if (url.endsWith('/1.jpg')) return new Response('<svg xmlns="http://www.w3.org/2000/svg"/>');
      if (request === 1) throw new TypeError('fetch failed');
      return picture();
    });
    let decoded = 0;
    const shrink: PictureFetchOptions['shrink'] = async (bytes) => {
      decoded++;
      return { bytes, mediaType: 'image/jpeg' };
    };
    const found = await outcomes(clock, addresses(2), { fetch, shrink });
    expect(found.map(({ kind }) => kind).sort()).toEqual(['failed', 'picture']);
    expect([log.starts.length, decoded]).toEqual([3, 1]);
  });
});

describe('pictureUrl', () => {
  it.each([
    ['https://img.example.org/a.jpg', true],
    ['http://localhost:8080/a.jpg', true],
    ['http://127.0.0.1:8080/a.jpg', true],
    ['http://img.example.org/a.jpg', false],
    ['https://10.0.0.1/a.jpg', false],
    ['https://printer.local/a.jpg', false],
    ['https://me:secret@img.example.org/a.jpg', false],
    ['file:///etc/passwd', false],
    ['a.jpg', false],
  ])('%s: %s', (address, isUsable) => {
    expect(pictureUrl(address) !== null).toBe(isUsable);
  });
});
