// Without a network after the first visit; and a newer version that waits for the word.
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serveBelow } from './staticHost';
import { expect, goTo, test } from './workbench';

test.use({ serviceWorkers: 'allow' });

test('after the first visit the page works without a network, and a newer version waits to be taken over', async ({
  page,
}) => {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'tessera-offline-')), 'dist');
  cpSync('dist', folder, { recursive: true, filter: (name) => !/\\.wasm$|use-lite/.test(name) });
  const host = await serveBelow('/tessera/', folder);
  await page.goto(host.url);
  await expect(page.getByRole('button', { name: 'Try the sample' })).toBeEnabled();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });

  await test.step('offline: reload, the sample, every page', async () => {
    host.close();
    await page.reload();
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Tokenizer' })).toBeVisible();
    await goTo(page, 'Codebooks');
    await goTo(page, 'Data');
    await expect(page.getByRole('region', { name: /^Summary of/ })).toContainText('6,000');
  });

  await test.step('a newer version asks and takes over on the word only', async () => {
    const index = path.join(folder, 'index.html');
    expect(existsSync(index)).toBe(true);
    writeFileSync(index, readFileSync(index, 'utf8').replace('</title>', ' newer</title>'));
    const worker = path.join(folder, 'serviceWorker.js');
    writeFileSync(worker, readFileSync(worker, 'utf8').replace(/VERSION = '/, "VERSION = 'newer-"));
    appendFileSync(worker, '\n');
    await host.open();
    await page.reload();
    const notice = page.getByText(/A newer version of Tessera is here/);
    await expect(notice).toBeVisible();
    expect(await page.evaluate(async () => (await (await fetch('index.html')).text()).includes('newer'))).toBe(false);
    await page.getByRole('button', { name: 'Reload' }).click();
    await expect(notice).toBeHidden();
    await expect
      .poll(() => page.evaluate(async () => (await (await fetch('index.html')).text()).includes('newer')))
      .toBe(true);
  });
  host.close();
  rmSync(path.dirname(folder), { recursive: true, force: true });
});
