// Every training is a run of its own: another recommender keeps the first, both survive a reload, and a run is renamed, shown
// again, deleted and put back.
import { openSmallDraft } from './smallData';
import { expect, goTo, test } from './workbench';

const MINUTES = 60_000;

test('a new training keeps the older run; runs are shown, renamed, deleted and put back', async ({ page }) => {
  test.setTimeout(4 * MINUTES);
  await openSmallDraft(page, 3);
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: MINUTES });
  await goTo(page, 'Recommender');
  await page.getByRole('button', { name: 'Train the recommender' }).click();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: MINUTES });
  await page.getByRole('textbox', { name: 'Learning rate' }).fill('0.001');
  await page.getByRole('button', { name: 'Train anew' }).click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: MINUTES });

  await page.goto('/#/compare');
  const own = page.getByRole('region', { name: 'All runs' }).getByRole('row').filter({ hasText: 'trained' });
  await expect(own).toHaveCount(2);
  await page.getByRole('searchbox', { name: 'Filter runs' }).fill('recommender.learningRate=0.005');
  await expect(own).toHaveCount(1);
  const first = await own.locator('.run-name > span').first().innerText();
  expect(first).toMatch(/^[a-z]+-[a-z]+$/);

  await test.step('the older run is shown again, also after a reload', async () => {
    await own.locator('summary').click();
    await page.getByRole('button', { name: 'Show on all pages' }).click();
    await expect(own.locator('.badge')).toHaveText('shown');
    await page.reload();
    await expect(own.locator('.badge')).toHaveText('shown');
    await goTo(page, 'Recommender');
    await expect(page.getByRole('textbox', { name: 'Learning rate' })).toHaveValue('0.005');
    await expect(page.locator('.metrics-table tbody tr.is-model')).toHaveCount(1);
    await page.goto('/#/compare');
  });

  await test.step('rename, delete, undo', async () => {
    await own.filter({ hasText: first }).locator('summary').click();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: `New name of ${first}` }).fill('my first run');
    await page.keyboard.press('Enter');
    const renamed = own.filter({ hasText: 'my first run' });
    await expect(renamed).toHaveCount(1);
    await renamed.locator('summary').click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('my first run is deleted.')).toBeVisible();
    await expect(own).toHaveCount(1);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(renamed.locator('.badge')).toHaveText('shown');
  });
});
