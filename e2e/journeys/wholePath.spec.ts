// The whole work of a first study on own files, trained for real: import, tokenizer, codebooks, two recommenders, comparison,
// the table as LaTeX. Once with the mouse, once with the keyboard alone: the same steps, the same words.
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { type Hands, keyboard, mouse } from './hands';
import { countsOf, smallFolder } from './importing';
import { expect, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

async function wholePath(page: Page, hands: Hands): Promise<void> {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  // A field that differs from its preset says so after its name.
  const field = (name: string) => page.getByRole('textbox', { name: new RegExp(`^${name}( \\(|$)`) });
  const trained = button('Train anew');

  await test.step('own files come in and are chosen for training', async () => {
    await hands.goTo('Data');
    await hands.press(button('Import data'));
    const wizard = page.getByRole('region', { name: 'Import', exact: true });
    await hands.pick(
      wizard.getByLabel('Choose files'),
      smallFolder().filter((file) => typeof file !== 'string'),
    );
    await hands.fill(page.getByRole('textbox', { name: 'Domain name' }), 'Mine');
    await hands.press(button('Import'));
    expect(await countsOf(page, 'Mine')).toEqual([30, 20, 210]);
    await hands.press(page.getByRole('button', { name: 'Use Mine for training' }));
    await expect(page.getByRole('region', { name: 'Summary of Mine' })).toBeVisible();
  });

  await test.step('the tokenizer is trained', async () => {
    await hands.press(page.getByRole('link', { name: 'Next: train the tokenizer' }));
    await expect(page.getByRole('heading', { level: 1, name: 'Tokenizer' })).toBeVisible();
    // The preset is for larger catalogues: the field says so before anything is started.
    await expect(button('Train the tokenizer')).toBeDisabled();
    await expect(page.getByText('Fewer than the 20 items of this data set')).toBeVisible();
    await hands.fill(field('Components'), '8');
    await hands.fill(field('Codes a level'), '8');
    await hands.fill(field('Epochs'), '4');
    await hands.press(button('Train the tokenizer'));
    await expect(trained).toBeVisible({ timeout: MINUTES });
  });

  await test.step('its codes are looked at', async () => {
    await hands.goTo('Codebooks');
    await expect(page.getByRole('figure', { name: /^Code use/ })).toBeVisible();
  });

  await test.step('two recommenders are trained on them', async () => {
    await hands.goTo('Recommender');
    await hands.press(button('Train the recommender'));
    await expect(trained).toBeVisible({ timeout: MINUTES });
    await hands.fill(field('Learning rate'), '0.001');
    await hands.press(trained);
    await expect(button('Stop')).toBeVisible();
    await expect(trained).toBeVisible({ timeout: MINUTES });
  });

  await test.step('they are compared, and the LaTeX holds the numbers of the page', async () => {
    await hands.goTo('Compare');
    const own = page.getByRole('region', { name: 'All runs' }).getByRole('row').filter({ hasText: 'trained' });
    await expect(own).toHaveCount(2);
    for (const at of [0, 1]) await hands.press(own.nth(at).getByRole('checkbox'));
    const paper = page.getByRole('region', { name: 'Table for a paper' });
    const rows = paper.locator('.results-table tbody tr');
    // Two models and five counting recommenders.
    await expect(rows).toHaveCount(7);
    await hands.choose(paper.getByLabel('Significance against'), 'Most-popular');
    await expect(paper.getByRole('list', { name: 'Protocol' })).toContainText('Holm over a family of');
    await hands.press(paper.locator('summary', { hasText: 'Export' }));
    const download = page.waitForEvent('download', { timeout: 30_000 });
    await hands.press(paper.getByRole('button', { name: 'LaTeX (booktabs)' }));
    const latex = (await readFile(await (await download).path(), 'utf8')).split('\\midrule')[1] ?? '';
    const shown = (await paper.locator('.results-table tbody').innerText()).match(/\d\.\d{4}/g) ?? [];
    expect(shown.length).toBeGreaterThanOrEqual(7 * 4);
    expect(latex.match(/\d\.\d{4}/g)).toEqual(shown);
  });
}

test('from own files to the table of a paper with the mouse', async ({ page }) => {
  test.setTimeout(4 * MINUTES);
  await openWorkbench(page);
  await wholePath(page, mouse(page));
});

test('from own files to the table of a paper with the keyboard alone', async ({ page }) => {
  test.setTimeout(4 * MINUTES);
  await openWorkbench(page);
  await wholePath(page, keyboard(page));
});
