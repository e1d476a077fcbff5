import { describe, expect, it } from 'vitest';
import { memoryColumnStorage } from '../../storage/memoryStorage';
import { type FillImagesOptions, type FillImagesProgress, fillImages } from './fillImages';
import { openWorkspaces } from './workspaces';

const HOST = 'img.example.org';
const JPEG_HEAD = [0xff, 0xd8, 0xff, 0xe0];

/** Items `i0`…: each with an address but the last, which has none. */
async function domain(urls: readonly string[]) {
  const workspace = await openWorkspaces(memoryColumnStorage(), () => 1).create('w');
  const origin = { format: 'test', files: [], options: '{}' };
  const { id } = await workspace.createImport('Shop', 'downstream', origin);
  await workspace.runImport(id, async (sink) => {
    const ids = [...urls, ''].map((imageUrl, n) => {
      sink.item({ id: `i${n}`, title: `t${n}`, text: '', categories: [], brand: '', imageUrl });
      return `i${n}`;
    });
    sink.sequence('u', ids);
  });
  await workspace.applyTransform(id, await workspace.defaultTransform(id));
  return { workspace, id };
}

function options(more: Partial<FillImagesOptions> = {}): FillImagesOptions & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: async (url) => {
      asked.push(String(url));
      return new Response(Uint8Array.from([...JPEG_HEAD, ...new TextEncoder().encode(String(url))]));
    },
    allowedHosts: new Set([HOST]),
    limit: null,
    signal: new AbortController().signal,
    shrink: async (bytes) => ({ bytes, mediaType: 'image/jpeg' }),
    now: () => performance.now(),
    wait: async () => undefined,
    perSecond: 1e9,
    ...more,
  };
}

const urls = (count: number): string[] => Array.from({ length: count }, (_, n) => `https://${HOST}/${n}.jpg`);

describe('fillImages', () => {
  it('gives each item its own picture, and counts what has one', async () => {
    const { workspace, id } = await domain(urls(10));
    const seen: FillImagesProgress[] = [];
    const report = await fillImages(workspace, id, options({ onProgress: (progress) => seen.push(progress) }));
    expect(report).toMatchObject({
      added: 10,
      asked: 10,
      done: 10,
      coverage: { items: 11, withUrl: 10, withImage: 10 },
      failed: {},
      stoppedBy: null,
    });
    expect((await workspace.domain(id)).statistics?.withImage).toBe(10);
    for (let item = 0; item < 10; item++) {
      const { imageUrl } = await workspace.itemDetail(id, item);
      const stored = await workspace.readImage(id, item);
      expect(new TextDecoder().decode(stored?.bytes.subarray(4))).toBe(imageUrl);
    }
    expect(seen.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(seen.at(-1)).toMatchObject({ total: 10, etaSeconds: 0, coverage: { withImage: 10 } });
  });

  it('asks no host that was not named, and counts its items', async () => {
    const foreign = ['https://a.example.net/1', 'https://b.example.net/1', 'https://b.example.net/2'];
    const { workspace, id } = await domain([...urls(2), ...foreign, `http://${HOST}/plain.jpg`, 'nonsense']);
    const given = options();
    const report = await fillImages(workspace, id, given);
    expect(given.asked.sort()).toEqual(urls(2));
    expect(report.otherHosts).toEqual([
      { host: 'b.example.net', items: 2 },
      { host: 'a.example.net', items: 1 },
    ]);
    expect(report).toMatchObject({ unusable: 2, added: 2, coverage: { items: 8, withUrl: 7, withImage: 2 } });
  });

  it('stores what came before a stop, and asks only for the rest when run again', async () => {
    const { workspace, id } = await domain(urls(30));
    const stop = new AbortController();
    const onProgress = ({ done }: FillImagesProgress): void => {
      if (done === 7) stop.abort();
    };
    const first = await fillImages(workspace, id, options({ signal: stop.signal, onProgress }));
    expect(first.stoppedBy).toMatchObject({ name: 'CancelledError', code: 'images/stopped' });
    expect(first.added).toBeGreaterThanOrEqual(7);
    expect(first.added).toBeLessThanOrEqual(11);
    expect((await workspace.domain(id)).statistics?.withImage).toBe(first.added);
    const without = (await workspace.itemsWithoutImage(id)).map(({ url }) => url);
    expect(without).toHaveLength(30 - first.added);

    const given = options();
    const second = await fillImages(workspace, id, given);
    expect(given.asked.sort()).toEqual(without.sort());
    expect(second).toMatchObject({ added: 30 - first.added, stoppedBy: null, coverage: { withImage: 30 } });

    const third = options();
    expect(await fillImages(workspace, id, third)).toMatchObject({ added: 0, asked: 0, coverage: { withImage: 30 } });
    expect(third.asked).toEqual([]);
  });

  it('asks once for an address that several items share, and at most as often as the limit says', async () => {
    const shared = `https://${HOST}/same.jpg`;
    const { workspace, id } = await domain([shared, ...urls(5), shared]);
    const given = options({ limit: 3 });
    expect(await fillImages(workspace, id, given)).toMatchObject({ added: 4, asked: 3 });
    expect(given.asked.sort()).toEqual([...urls(2), shared]);
  });

  it('gives up a host that does not answer, names it, and keeps what came', async () => {
    const { workspace, id } = await domain(urls(200));
    let requests = 0;
    const fetch: typeof globalThis.fetch = async () => {
      if (++requests > 5) throw new TypeError('fetch failed');
      return new Response(Uint8Array.from(JPEG_HEAD));
    };
    const report = await fillImages(workspace, id, options({ fetch }));
    expect(report.stoppedBy?.code).toBe('images/unreachable');
    expect(report.stoppedBy?.message).toMatch(/img\.example\.org.*20 addresses.*run the same command again later/);
    expect(report).toMatchObject({ added: 5, done: 25, failed: { unreachable: 20 } });
    expect((await workspace.domain(id)).statistics?.withImage).toBe(5);
  });

  it('refuses a domain that was not shaped yet', async () => {
    const workspace = await openWorkspaces(memoryColumnStorage(), () => 1).create('w');
    const { id } = await workspace.createImport('Half', 'downstream', { format: 'test', files: [], options: '{}' });
    await expect(fillImages(workspace, id, options())).rejects.toMatchObject({ code: 'workspace/notReady' });
  });
});
