// The built folder on a plain static host, below any path: works there with the ready headers, and starts small.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseHeaders } from '../../scripts/vite/securityHeaders';
import { expect, goTo, test } from './workbench';

const DIST = path.resolve('dist');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Serves the folder below a path and nothing else; without any knowledge of the page. */
async function serveBelow(prefix: string): Promise<{ readonly url: string; close(): void }> {
  const headers = parseHeaders(readFileSync(path.join(DIST, '_headers'), 'utf8'));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = path.join(
      DIST,
      pathname.startsWith(prefix) ? pathname.slice(prefix.length) || 'index.html' : '../none',
    );
    if (!file.startsWith(DIST + path.sep) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    for (const [name, value] of headers) response.setHeader(name, value);
    response.setHeader('Content-Type', TYPES[path.extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}${prefix}`, close: () => server.close() };
}

test('the built folder works below a path of a static host', async ({ page }) => {
  const host = await serveBelow('/papers/2026/tessera/');
  await page.goto(host.url);
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Tokenizer' })).toBeVisible();
  await goTo(page, 'Data');
  await expect(page.getByRole('region', { name: /^Summary of/ })).toContainText('6,000');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible();
  host.close();
});

test('the first page comes with at most 300 kB of script', async ({ page }) => {
  const sizes = new Map<string, number>();
  const waiting: Promise<void>[] = [];
  page.on('response', (response) => {
    // Workers are fetched beside the page and hold nothing up.
    const isScript = response.request().resourceType() === 'script' && !/Worker/.test(response.url());
    if (isScript)
      waiting.push(response.body().then((body) => void sizes.set(response.url(), gzipSync(body, { level: 9 }).length)));
  });
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Try the sample' })).toBeEnabled();
  await page.waitForLoadState('networkidle');
  await Promise.all(waiting);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  test.info().annotations.push({ type: 'first page', description: `${total} bytes gzipped in ${sizes.size} scripts` });
  expect(sizes.size).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(300_000);
});
