// Both papers' systems come trained: their own figures are there seconds after the first start, without any training.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

interface Report {
  readonly kind: string;
  readonly split: string;
  readonly metrics: { readonly recall10: number };
}
interface Run {
  readonly name: string;
  readonly evaluations: readonly Report[];
}
const { runs }: { readonly runs: readonly Run[] } = JSON.parse(readFileSync('models/sample/index.json', 'utf8'));
/** Recall@10 on the test split, as the file of the run has it. */
function recallOf(run: string): string {
  const own = runs
    .find(({ name }) => name === run)
    ?.evaluations.find(({ kind, split }) => kind === 'model' && split === 'test');
  return (own?.metrics.recall10 ?? Number.NaN).toFixed(4);
}

async function show(page: Page, run: string): Promise<void> {
  await page.goto('/#/compare');
  await page
    .getByRole('region', { name: 'All runs' })
    .getByRole('row', { name: new RegExp(`^${run}`) })
    .locator('summary')
    .click();
  await page.getByRole('button', { name: 'Show on all pages' }).click();
  await expect(page.getByText(`Opened ${run}: sample; tokenizer trained, recommender trained`)).toBeVisible();
  await goTo(page, 'Recommender');
  await expect(page.locator('.metrics-table tbody tr.is-model')).toContainText(recallOf(run));
}

test('MTGRec and UTGRec come trained, with their own figures', async ({ page }) => {
  test.setTimeout(3 * MINUTES);
  await openWorkbench(page);

  await test.step('MTGRec: what its curriculum measured, how codes drifted', async () => {
    await show(page, 'MTGRec, sample');
    await expect(page.getByRole('region', { name: 'Curriculum' })).toContainText('estimate 3 of 3');
    await goTo(page, 'Tokenizer');
    await expect(page.getByRole('region', { name: 'Code drift' })).toContainText('5 of 5 tokenizers kept');
  });

  await test.step('UTGRec: items read back from their codes', async () => {
    await show(page, 'UTGRec, sample');
    await goTo(page, 'Tokenizer');
    const gallery = page.getByRole('region', { name: 'Reconstruction gallery' });
    await gallery.getByRole('button', { name: /^Read \d+ items back/ }).click();
    await expect(gallery.getByRole('img', { name: /^Picture decoded from the codes of / }).first()).toBeVisible({
      timeout: MINUTES,
    });
    await expect(gallery.getByText(/^\d+ of \d+ text pieces right/).first()).toBeVisible();
  });

  await test.step('The storage meter counts what was fetched for them', async () => {
    const used = () => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    expect(await used()).toBeGreaterThan(1e6);
    await expect(page.locator('.storage-meter')).toContainText(/\d(\.\d+)? MB/);
  });
});
