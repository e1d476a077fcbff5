// Two runs of a sweep go through the queue: the second begins by itself, a reload in between loses nothing, and both are compared.
import { openSmallData } from './smallData';
import { expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

test('a sweep waits in the queue, survives a reload, trains by itself and is compared', async ({ page }) => {
  test.setTimeout(4 * MINUTES);
  await openWorkbench(page);
  await goTo(page, 'Data');
  await openSmallData(page);
  await goTo(page, 'Tokenizer');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('test');
  await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill('2');

  await test.step('what does not fit the adapter is held back, with the reason beside the button', async () => {
    const widths = page.getByRole('textbox', { name: 'Hidden widths' });
    const usual = await widths.inputValue();
    const train = page.getByRole('button', { name: 'Train the tokenizer' });
    await expect(train).toBeEnabled();
    await widths.fill('8192, 8192, 8192, 8192, 8192');
    await expect(train).toBeDisabled();
    await expect(train).toHaveAccessibleDescription('too large for this adapter');
    await expect(page.getByText(/^This adapter cannot train it: the tokenizer/)).toBeVisible();
    await page.locator('summary').filter({ hasText: 'Queue' }).click();
    await expect(page.getByRole('button', { name: 'Train tokenizer and recommender' })).toBeDisabled();
    await page.keyboard.press('Escape');
    await widths.fill(usual);
    await expect(train).toBeEnabled();
  });

  await test.step('every run is shown and checked before it is queued', async () => {
    await page.locator('summary').filter({ hasText: 'Queue' }).click();
    await page.getByRole('button', { name: 'Sweep over settings and seeds …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sweep over settings and seeds' });
    await dialog.getByLabel('Setting', { exact: true }).selectOption('recommender.epochs');
    await dialog.getByLabel('List, with commas').fill('0');
    await expect(dialog.getByRole('status')).toContainText('a whole number from 1');
    await expect(dialog.getByRole('button', { name: /^Queue/ })).toBeDisabled();
    await dialog.getByLabel('List, with commas').fill('1, 2');
    await dialog.getByLabel('Seeds, with commas').fill('1');
    await expect(dialog.getByRole('listitem')).toHaveText([/epochs 1, seed 1$/, /epochs 2, seed 1$/]);
    await expectAccessible(page, 'the sweep');
    await dialog.getByRole('button', { name: 'Queue 2 runs' }).click();
    await expect(dialog).toBeHidden();
  });

  const tray = page.getByRole('region', { name: 'Job' });
  await expect(tray.getByRole('link', { name: '1 waiting' })).toBeVisible({ timeout: MINUTES });
  await tray.getByRole('link', { name: '1 waiting' }).click();
  const rows = page.getByRole('list', { name: 'Queued runs' }).getByRole('listitem');
  await expect(rows).toContainText(['training', 'waits']);
  await expectAccessible(page, 'Compare, a queue');

  await test.step('what is taken out comes back', async () => {
    await page.getByRole('button', { name: /^Take .* epochs 2, seed 1 out$/ }).click();
    await expect(rows.filter({ hasText: 'epochs 2' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(rows.filter({ hasText: 'epochs 2' })).toHaveCount(1);
  });

  await test.step('a reload keeps the queue, and it goes on', async () => {
    await page.reload();
    await expect(rows).toHaveCount(2);
    await expect(rows.filter({ hasText: 'epochs 1' })).toContainText('trained', { timeout: MINUTES });
    await expect(rows.filter({ hasText: 'epochs 2' })).toContainText('trained', { timeout: MINUTES });
  });

  await page.getByRole('button', { name: 'Compare these 2 runs' }).click();
  const table = page.getByRole('region', { name: 'All runs' });
  await expect(table.getByRole('checkbox', { name: /^TIGER, epochs [12], seed 1/ })).toHaveCount(2);
  for (const run of await table.getByRole('checkbox', { name: /^TIGER, epochs [12], seed 1/ }).all())
    await expect(run).toBeChecked();
  await expect(page.getByRole('figure', { name: /^Curves: / })).toBeVisible();
});
