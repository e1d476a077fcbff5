// The runs that come with Tessera side by side, seconds after the first start and without any training: settings that differ,
// the table for a paper, tests on the same users; then what can be done to a run.
import { readFileSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

const index = JSON.parse(readFileSync('models/sample/index.json', 'utf8'));
const tiger = index.runs.find(({ id }: { id: string }) => id === 'tiger-sample-1');
const sasrec = index.runs.find(({ id }: { id: string }) => id === 'sasrec-sample-1');
const recallOf = (run: typeof tiger, name: string): string =>
  run.evaluations
    .find((report: { name: string; split: string }) => report.name === name && report.split === 'test')
    .metrics.recall10.toFixed(4);

test('two trained runs are compared, exported and managed without training', async ({ page }) => {
  test.setTimeout(180_000);
  await openWorkbench(page);
  await page.goto('/#/compare');
  await expect(page.getByRole('heading', { name: 'Pick 2 runs' })).toBeVisible();
  await expectAccessible(page, 'Compare, nothing picked');

  const runs = page.getByRole('region', { name: 'All runs' });
  await test.step('opening one shows it on all pages, with its data', async () => {
    await runs
      .getByRole('row', { name: /^TIGER, sample, seed 1/ })
      .locator('summary')
      .click();
    await page.getByRole('button', { name: 'Show on all pages' }).click();
    await expect(
      page.getByText(/^Opened TIGER, sample, seed 1: sample; tokenizer trained, recommender trained/),
    ).toBeVisible();
    await goTo(page, 'Recommender');
    await expect(page.locator('.metrics-table tbody tr.is-model')).toContainText(
      recallOf(
        tiger,
        tiger.evaluations.find(
          ({ kind, split }: { kind: string; split: string }) => kind === 'model' && split === 'test',
        ).name,
      ),
    );
    await page.goto('/#/compare');
  });

  await runs.getByRole('checkbox', { name: /^TIGER, sample, seed 1/ }).check();
  await runs.getByRole('checkbox', { name: /^SASRec, sample/ }).check();
  await expect(page).toHaveURL(/runs=sasrec-sample-1/);

  const paper = page.getByRole('region', { name: 'Table for a paper' });
  await test.step('hiding a run changes no number of the others', async () => {
    const numbersIn = async (row: Locator) => (await row.innerText()).match(/\d\.\d{4}/g) ?? [];
    const shown = async () => [
      await numbersIn(paper.locator('.results-table tbody tr').filter({ hasText: 'SASRec' })),
      await numbersIn(runs.getByRole('row', { name: /^SASRec, sample/ })),
      await numbersIn(runs.getByRole('row', { name: /^TIGER, sample, seed 1/ })),
    ];
    const third = runs.getByRole('checkbox', { name: /^TIGER, sample, seed 2/ });
    await third.check();
    await expect(paper.locator('.results-table tbody')).toContainText('±');
    const before = await shown();
    expect(before.map(({ length }) => length > 0)).toEqual([true, true, true]);
    await third.uncheck();
    await expect(paper.locator('.results-table tbody')).not.toContainText('±');
    expect(await shown()).toEqual(before);
  });
  await test.step('the table has the numbers of the runs, and its LaTeX the same', async () => {
    const rowOf = (name: string) => paper.locator('.results-table tbody tr').filter({ hasText: name });
    await expect(rowOf('TIGER')).toContainText(recallOf(tiger, 'TIGER'));
    await expect(rowOf('SASRec')).toContainText(recallOf(sasrec, 'SASRec'));
    await paper.getByLabel('Significance against').selectOption('TIGER');
    await expect(paper.getByRole('list', { name: 'Protocol' })).toContainText('Holm over a family of');
    await paper.getByText('Export').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      paper.getByRole('button', { name: 'LaTeX' }).click(),
    ]);
    const latex = readFileSync((await download.path()) ?? '', 'utf8');
    const shown = (await paper.locator('.results-table tbody').innerText()).match(/\d\.\d{4}/g);
    expect(latex.split('\\midrule')[1]?.match(/\d\.\d{4}/g)).toEqual(shown);
  });

  await test.step('pairs of rows: matrix, users one by one, head and tail', async () => {
    await expect(page.getByRole('figure', { name: 'Significance, all pairs' })).toBeVisible();
    await expect(page.getByRole('figure', { name: 'Users one by one' })).toContainText(/of 6,000 users .* tie/);
    await expect(page.getByRole('figure', { name: 'Head or tail' })).toContainText('Holm p');
    await expect(page.getByRole('figure', { name: /^Curves: / })).toBeVisible();
  });
  await test.step('head or tail by domain; a bin lists its users', async () => {
    await page.getByLabel('Users by').selectOption('domain of the target');
    const tail = page.getByRole('figure', { name: 'Head or tail' });
    await expect(tail).toContainText('by the domain of the target');
    await tail.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const users = page.getByRole('region', { name: /^Users at nature: 24 of [\d,]+, largest differences first$/ });
    await expect(users.getByRole('button')).toHaveCount(24);
  });
  for (const theme of ['Light', 'Dark'] as const) {
    await chooseTheme(page, theme);
    await expectAccessible(page, `Compare, two runs, ${theme}`);
  }

  await test.step('a reload shows the same runs', async () => {
    await page.reload();
    await expect(runs.getByRole('checkbox', { name: /^SASRec, sample/ })).toBeChecked();
    await expect(paper.locator('.results-table tbody tr').filter({ hasText: 'TIGER' })).toBeVisible();
  });

  await test.step('a user opens in the Demo, where two models search side by side, mirrored', async () => {
    await page.getByRole('region', { name: 'Who gains and who loses most' }).getByRole('button').first().click();
    const beam = page.getByRole('region', { name: 'Beam through the trie' });
    await beam.getByLabel('Mirrored by').selectOption('TIGER, sample, seed 2');
    await expect(page.getByRole('region', { name: 'SASRec, sample' }).getByRole('listitem')).toHaveCount(10);
    await expect(beam.locator('.figure-summary')).toContainText(
      /^\d+ of \d+ items were found by both\. TIGER, sample, seed 1 puts /,
    );
    await beam.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await expect(beam.locator('.figure-readout')).toContainText(
      /^Item .*, Rank in TIGER, sample, seed 1 \d+, Rank in /,
    );
    await expect(page.getByRole('region', { name: /^Why “.*”, TIGER, sample, seed 2$/ })).toContainText(
      'with the whole history',
    );
    await expectAccessible(page, 'Demo, two models');
  });
});
