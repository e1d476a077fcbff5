// The first visit, for real: sample, tokenizer, recommender, metrics, recommendations; then a reload.
import type { Page } from '@playwright/test';
import { chooseTheme, curveEnds, expect, expectAccessible, goTo, type PageName, test } from './workbench';

const MINUTES = 60_000;
const SIMULATED = 'simulated behaviour over public-domain pictures';

test('a newcomer trains on the sample, sees honest metrics and gets recommendations with pictures', async ({
  page,
}) => {
  test.setTimeout(20 * MINUTES);
  await page.goto('/');
  await page.getByRole('button', { name: 'Try the sample' }).click();
  // One press more would train; the numbers of the data first.
  await expect(page.getByRole('heading', { level: 1, name: 'Tokenizer' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train the tokenizer' })).toBeEnabled();
  await goTo(page, 'Data');
  const summary = page.getByRole('region', { name: /^Summary of/ });
  await expect(summary).toContainText('6,000');
  await expect(summary).toContainText('1,859');
  await expect(page.getByText(SIMULATED, { exact: true })).toBeVisible();

  const announced = await heard(page);
  await goTo(page, 'Tokenizer');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('test');
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(page.getByRole('progressbar', { name: 'Progress of the tokenizer' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: 8 * MINUTES });
  const tokenizerLoss = await curveEnds(page, 'loss');
  expect(tokenizerLoss.last).toBeLessThan(0.8 * tokenizerLoss.first);
  await expect(page.getByRole('img', { name: /^all items, level 1: .* of the codes used/ })).toBeVisible();
  await page.locator('.codebook').getByRole('radio', { name: 'Table' }).check();
  // All items and four domains, three levels each.
  await expect(page.locator('.codebook tbody tr')).toHaveCount(15);

  await goTo(page, 'Recommender');
  await page.getByRole('button', { name: 'Train the recommender' }).click();
  await test.step('pause holds the job, resume lets it go on', async () => {
    await expect(page.getByRole('region', { name: 'Progress' })).toContainText('Training the recommender', {
      timeout: 2 * MINUTES,
    });
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).click({ timeout: MINUTES });
    await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  });
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: 10 * MINUTES });
  await test.step('screen readers heard of changes of state, not of every step', async () => {
    const sentences = await announced();
    expect(sentences).toContain('Training the tokenizer.');
    expect(sentences).toContain('The recommender is paused.');
    expect(sentences.at(-1)).toBe('The recommender is done.');
    expect(sentences.filter((sentence) => /\d/.test(sentence))).toEqual([]);
    expect(sentences.length).toBeLessThan(20);
  });
  const loss = await curveEnds(page, 'loss');
  expect(loss.last).toBeLessThan(0.8 * loss.first);
  const rows = page.locator('.metrics-table tbody tr');
  // The model and five counting recommenders.
  await expect(rows).toHaveCount(6);
  await expect(page.locator('.metrics-table tbody tr.is-model')).toHaveCount(1);
  for (const value of await page.locator('.metrics-table .metric-value').allInnerTexts())
    expect(value).toMatch(/0\.\d{4}$/);
  await expect(page.locator('.protocol')).toContainText(/ranks among all 1859 items/);
  await expect(page.getByText(SIMULATED, { exact: true })).toBeVisible();

  await test.step('the results table has the same rows, groups of users, and significance on request', async () => {
    const results = page.getByRole('region', { name: 'Results', exact: true });
    await expect(results.locator('.results-table tbody tr')).toHaveCount(6);
    await expect(results.locator('.groups-table tbody tr')).toHaveCount(6);
    await expect(results).toContainText('items of the history stay candidates');
    await results.getByRole('combobox', { name: 'Significance against' }).selectOption('Most-popular');
    await expect(results).toContainText(
      'against Most-popular on per-user values, seeds averaged first; Holm over a family of 30',
    );
    await results.getByRole('radio', { name: '@1 … 50' }).check();
    await expect(results.getByRole('columnheader', { name: 'MRR@50' })).toBeVisible();
  });

  await goTo(page, 'Demo');
  const top = page.getByRole('region', { name: 'Next item, top 10' });
  await expect(top.getByRole('listitem')).toHaveCount(10, { timeout: MINUTES });
  // Pictures have really been decoded.
  await expect
    .poll(() =>
      top
        .locator('li img')
        .evaluateAll(
          (images) => images.filter((image) => image instanceof HTMLImageElement && image.naturalWidth > 0).length,
        ),
    )
    .toBe(10);
  await expect(top.getByRole('img', { name: /^Identifier \d/ }).first()).toBeVisible();
  await expect(top).toContainText(/true next item/);
  await test.step('an edited history gets other recommendations and has no true next item', async () => {
    const history = page.getByRole('region', { name: 'History' });
    const before = await history.getByRole('listitem').count();
    await history
      .getByRole('button', { name: /^Remove / })
      .first()
      .click();
    await expect(history.getByRole('listitem')).toHaveCount(before - 1);
    await expect(top).toContainText('An edited history has no true next item.');
    await history.getByRole('searchbox').fill('moon');
    await history.getByRole('list', { name: 'Items found' }).getByRole('button').first().click();
    await expect(history.locator('.history-list li')).toHaveCount(before);
    await expect(top.getByRole('listitem')).toHaveCount(10);
  });

  await test.step('every page passes axe in both themes', async () => {
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme);
      for (const name of ['Data', 'Tokenizer', 'Recommender', 'Demo'] as const satisfies readonly PageName[]) {
        await goTo(page, name);
        await expectAccessible(page, `${name}, trained, ${theme}`);
      }
    }
  });

  await test.step('a reload keeps data, runs and metrics', async () => {
    await page.reload();
    await expect(page.getByText(/^Restored from your last visit/)).toContainText(
      'tokenizer trained, recommender trained',
    );
    await goTo(page, 'Recommender');
    await expect(rows).toHaveCount(6);
    expect(await curveEnds(page, 'loss')).toEqual(loss);
    await goTo(page, 'Demo');
    await expect(top.getByRole('listitem')).toHaveCount(10, { timeout: MINUTES });
  });
});

/** Listens to what the page tells screen readers from now on; the answer is a list of all of it so far. */
async function heard(page: Page): Promise<() => Promise<readonly string[]>> {
  const region = page.locator('p[aria-live="polite"].visually-hidden');
  await region.evaluate((element) => {
    const sentences: string[] = [];
    Object.assign(globalThis, { announcedSentences: sentences });
    const note = (): void => {
      const sentence = (element.textContent ?? '').trim();
      if (sentence !== '' && sentence !== sentences.at(-1)) sentences.push(sentence);
    };
    new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => Reflect.get(globalThis, 'announcedSentences') as string[]);
}
