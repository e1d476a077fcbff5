import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Workspace } from '../data/workspace/api';
import { imagesCommand } from './imagesCommand';
import { shrinkPicture } from './shrinkPicture';
import { folderWorkspace } from './workspaceDataset';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 30 } } });

let photo: Buffer;
let bomb: Buffer;
beforeAll(async () => {
  photo = await plain(800, 400).jpeg().toBuffer();
  bomb = await plain(5000, 5000).png({ compressionLevel: 9 }).toBuffer();
});

/** A server on this machine; `hosts` are those that requests came for. */
async function serve(listener: RequestListener): Promise<{ host: string; port: number; hosts: Set<string> }> {
  const hosts = new Set<string>();
  const server = createServer((request, response) => {
    hosts.add(request.headers.host ?? '');
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { host: `127.0.0.1:${port}`, port, hosts };
}

async function shop(urls: readonly string[]): Promise<{ folder: string; open: () => Promise<Workspace> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-pictures-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const workspace = await folderWorkspace(folder, true);
  const { id } = await workspace.createImport('Shop', 'downstream', { format: 'test', files: [], options: '{}' });
  await workspace.runImport(id, async (sink) => {
    const record = { title: 't', text: '', categories: [], brand: '' };
    for (const [n, imageUrl] of urls.entries()) sink.item({ ...record, id: `i${n}`, imageUrl });
    sink.sequence(
      'u',
      urls.map((_, n) => `i${n}`),
    );
  });
  await workspace.applyTransform(id, await workspace.defaultTransform(id));
  return { folder, open: () => folderWorkspace(folder) };
}

/** What the command says as JSON. */
async function said(folder: string, allow: string): Promise<Record<string, unknown>[]> {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await imagesCommand('Shop', { workspace: folder, isJson: true, allow, limit: null });
  } finally {
    spy.mockRestore();
  }
  return printed.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('tessera data images', () => {
  it('stores pictures of the named host at 256 pixels, and lists every one that it could not get', async () => {
    const { host, port, hosts } = await serve(({ url }, response) => {
      if (url === '/good.jpg') response.end(photo);
      else if (url === '/moved.jpg') response.writeHead(301, { location: '/good.jpg' }).end();
      else if (url === '/away.jpg') response.writeHead(302, { location: `http://localhost:${port}/good.jpg` }).end();
      else if (url === '/cut.jpg') response.end(photo.subarray(0, photo.length / 2));
      else if (url === '/text.jpg') response.end('<html>no picture</html>');
      else if (url === '/bomb.png') response.end(bomb);
      else response.writeHead(404).end();
    });
    const names = ['good.jpg', 'moved.jpg', 'away.jpg', 'cut.jpg', 'text.jpg', 'bomb.png', 'gone.jpg'];
    const { folder, open } = await shop([...names.map((name) => `http://${host}/${name}`), 'https://x.example.org/a']);
    const lines = await said(folder, host);
    expect(lines.at(-1)).toMatchObject({
      kind: 'images',
      added: 2,
      asked: 7,
      done: 7,
      coverage: { items: 8, withUrl: 8, withImage: 2 },
      failed: { refused: 1, broken: 2, tooManyPixels: 1, status: 1 },
      otherHosts: [{ host: 'x.example.org', items: 1 }],
    });
    expect(JSON.stringify(lines.at(-1)?.['failures'])).toContain(`"item":"i6","address":"http://${host}/gone.jpg"`);
    expect(lines.some(({ kind, done }) => kind === 'progress' && done === 7)).toBe(true);
    // The redirect led to this very server under another name: it was never asked for.
    expect(hosts).toEqual(new Set([host]));

    const workspace = await open();
    const [info] = await workspace.domains();
    const stored = await workspace.readImage(info?.id ?? '', 0);
    expect(stored?.mediaType).toBe('image/webp');
    expect(await sharp(stored?.bytes).metadata()).toMatchObject({ width: 256, height: 128, format: 'webp' });
    expect(await workspace.readImage(info?.id ?? '', 3)).toBeNull();
  });

  it('fetches nothing without --allow, but says which hosts there are', async () => {
    const { host, hosts } = await serve((_, response) => response.end(photo));
    const { folder } = await shop([`http://${host}/1.jpg`]);
    await expect(said(folder, '')).rejects.toMatchObject({
      code: 'cli/allow',
      message: expect.stringContaining(`--allow ${host}`),
    });
    expect(hosts.size).toBe(0);
  });

  it.each(['https://img.example.org', 'img.example.org/path', '*.example.org', 'me@img.example.org'])(
    'refuses --allow %s',
    async (allow) => {
      await expect(said('nowhere', allow)).rejects.toMatchObject({ code: 'cli/allow' });
    },
  );
});

describe('shrinkPicture', () => {
  it('turns pictures upright, keeps small ones small and see-through ones see-through', async () => {
    const sideways = await plain(300, 100).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const upright = await shrinkPicture(sideways);
    expect(typeof upright === 'object' && (await sharp(upright.bytes).metadata())).toMatchObject({
      width: 85,
      height: 256,
    });
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const icon = await sharp({ create: { width: 20, height: 10, channels: 4, background: clear } })
      .png()
      .toBuffer();
    const small = await shrinkPicture(icon);
    expect(typeof small === 'object' && (await sharp(small.bytes).metadata())).toMatchObject({
      width: 20,
      height: 10,
      hasAlpha: true,
    });
  });
});
