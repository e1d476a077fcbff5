// A run of the command line goes on in the page: the same checkpoints, metrics and recommendations.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import preset from '../../models/t5/test.json' with { type: 'json' };
import { softwareVulkanEnvironment } from '../harness/browsers.mjs';
import { expect, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;
const ITEMS = 48;
const jsonl = (values: readonly object[]) => gzipSync(values.map((value) => JSON.stringify(value)).join('\n'));

test('the folder of tessera train opens in the page and recommends the same', async ({ page }) => {
  test.setTimeout(5 * MINUTES);
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-run-'));
  const out = path.join(folder, 'out');
  mkdirSync(out);
  const titles = ['red', 'blue', 'old', 'small', 'loud', 'quiet', 'round', 'steel'].flatMap((adjective) =>
    ['drum', 'flute', 'lamp', 'chair', 'kettle', 'rope'].map((noun) => `${adjective} ${noun}`),
  );
  writeFileSync(path.join(folder, 'items.jsonl.gz'), jsonl(titles.map((title, id) => ({ id, title }))));
  const users = Array.from({ length: 60 }, (_, user) => ({
    user,
    items: Array.from({ length: 5 + (user % 4) }, (_unused, t) => (user * 7 + t * 5) % ITEMS),
  }));
  writeFileSync(path.join(folder, 'sequences.jsonl.gz'), jsonl(users));
  const config = {
    ...preset,
    encoder: { ...preset.encoder, components: 8, maxPieces: 8 },
    tokenizer: { ...preset.tokenizer, hiddenWidths: [16], latentWidth: 8, codes: 8, epochs: 4, batchSize: 48 },
    recommender: { ...preset.recommender, epochs: 2, batchSize: 16 },
  };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const tessera = (...argv: string[]): string =>
    execFileSync(process.execPath, ['bin/tessera.mjs', ...argv], {
      env: softwareVulkanEnvironment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const train = (seed: number, to: string): string =>
    tessera('train', path.join(folder, 'config.json'), '--data', folder, '--out', to, '--seed', String(seed));
  train(config.seed, out);

  await openWorkbench(page);
  await page
    .locator('.drop-zone input[type="file"]')
    .setInputFiles(['items.jsonl.gz', 'sequences.jsonl.gz'].map((name) => path.join(folder, name)));
  await expect(page.getByRole('region', { name: /^Summary of/ })).toBeVisible();
  const evaluationsOf = (run: string): string[] =>
    readdirSync(path.join(run, 'evaluations')).map((name) => path.join(run, 'evaluations', name));
  const files = readdirSync(out, { withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [path.join(out, entry.name)] : [],
  );
  await page.getByLabel('Open a run').setInputFiles([...files, ...evaluationsOf(out)]);
  await expect(page.getByText(/^Opened test: .* tokenizer trained, recommender trained/)).toBeVisible({
    timeout: MINUTES,
  });

  await goTo(page, 'Recommender');
  const stored = JSON.parse(readFileSync(path.join(out, 'evaluations', 'test-tiger.json'), 'utf8'));
  await expect(page.locator('.metrics-table tbody tr')).toHaveCount(6);
  await expect(page.locator('.metrics-table tbody tr.is-model')).toContainText(stored.metrics.recall10.toFixed(4));

  const results = page.getByRole('region', { name: 'Results', exact: true });
  const shown = async (): Promise<string[]> =>
    (await results.locator('.results-table tbody').innerText()).match(/\d+\.\d{4}/g) ?? [];
  const printed = (...runs: string[]): string[] => {
    const csv = tessera('compare', ...runs, '--format', 'csv', '--cutoffs', '5,10').split('\n');
    const rows = csv.filter((line) => line !== '' && !line.startsWith('#')).slice(1);
    return rows.join('\n').match(/\d+\.\d{4}/g) ?? [];
  };
  await test.step('the results table is the one of tessera compare, for one run and for two', async () => {
    await expect(results.locator('.results-table tbody tr')).toHaveCount(6);
    const alone = printed(out);
    expect(alone.length).toBeGreaterThan(6 * 6);
    expect(await shown()).toEqual(alone);
    const second = path.join(folder, 'second');
    train(config.seed + 1, second);
    const other = [path.join(second, 'run.json'), ...evaluationsOf(second)];
    await results.getByLabel('Compare with a run').setInputFiles(other.slice(0, 1));
    await expect(results.getByRole('alert')).toContainText('the run has no test evaluation');
    await results.getByLabel('Compare with a run').setInputFiles(other);
    await expect(results).toContainText('2 seeds');
    expect(await shown()).toEqual(printed(out, second));
    await results.getByRole('button', { name: 'Remove the other run' }).click();
    await expect(results).not.toContainText('2 seeds');
  });

  await goTo(page, 'Demo');
  const top = page.getByRole('region', { name: 'Next item, top 10' });
  await expect(top.getByRole('listitem')).toHaveCount(10, { timeout: MINUTES });
  rmSync(folder, { recursive: true, force: true });
});
