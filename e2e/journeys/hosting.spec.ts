// The built folder on a plain static host, below any path: works there with the ready headers, and starts small.
import { gzipSync } from 'node:zlib';
import { serveBelow } from './staticHost';
import { expect, goTo, test } from './workbench';

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
