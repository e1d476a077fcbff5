// Two runs of a sweep go through the queue: the second begins by itself, a reload in between loses nothing, it is stopped because it
// falls behind the first, goes on when it is asked to, and both are compared.
import { openSmallDraft } from './smallData';
import { expect, expectAccessible, test } from './workbench';

const MINUTES = 60_000;

test('a sweep waits in the queue, survives a reload, trains by itself, stops what falls behind and is compared', async ({
  page,
}) => {
  test.setTimeout(4 * MINUTES);
  await openSmallDraft(page, 2);

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
    await dialog.getByLabel('List, with commas').fill('5');
    await dialog.getByRole('button', { name: 'Second setting' }).click();
    await dialog.getByLabel('Setting', { exact: true }).last().selectOption('recommender.learningRate');
    // The second one learns nothing.
    await dialog.getByLabel('List, with commas').last().fill('0.02, 0.0000001');
    await dialog.getByLabel('Seeds, with commas').fill('1');
    await expect(dialog.getByRole('listitem')).toHaveText([
      /learning rate 0.02, seed 1$/,
      /learning rate 1e-7, seed 1$/,
    ]);
    const isOn = dialog.getByRole('checkbox', { name: 'Stop runs that fall behind' });
    await expect(isOn).not.toBeChecked();
    await isOn.check();
    await expect(dialog).toContainText('the first 3 always go on');
    await dialog.getByLabel('Earlier runs needed').fill('0');
    await expect(dialog.getByRole('button', { name: /^Queue/ })).toBeDisabled();
    await dialog.getByLabel('Earlier runs needed').fill('1');
    await expectAccessible(page, 'the sweep');
    await dialog.getByRole('button', { name: 'Queue 2 runs' }).click();
    await expect(dialog).toBeHidden();
  });

  const tray = page.getByRole('region', { name: 'Job' });
  await expect(tray.getByRole('link', { name: '1 waiting' })).toBeVisible({ timeout: MINUTES });
  await tray.getByRole('link', { name: '1 waiting' }).click();
  const rows = page.getByRole('list', { name: 'Queued runs' }).getByRole('listitem');
  const slow = rows.filter({ hasText: '1e-7' });
  await expect(rows).toContainText(['training', 'waits']);
  await expectAccessible(page, 'Compare, a queue');

  await test.step('what is taken out comes back', async () => {
    await page.getByRole('button', { name: /^Take .* 1e-7, seed 1 out$/ }).click();
    await expect(slow).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(slow).toHaveCount(1);
  });

  await test.step('a reload keeps the queue, and it goes on', async () => {
    await page.reload();
    await expect(rows).toHaveCount(2);
    await expect(rows.filter({ hasText: '0.02' })).toContainText('trained', { timeout: MINUTES });
  });

  await test.step('the run that falls behind is stopped and says so with the numbers', async () => {
    const words =
      /Stopped after epoch 2 of 5, before its test: its best validation, NDCG@10 0\.\d{4}, is below 0\.\d{4}/;
    await expect(slow).toContainText(words, { timeout: MINUTES });
    await expect(page.getByRole('cell', { name: 'stopped behind the median' })).toHaveAttribute('title', words);
  });

  await page.getByRole('button', { name: 'Compare these 2 runs' }).click();
  const table = page.getByRole('region', { name: 'All runs' });
  const own = table.getByRole('checkbox', { name: /^TIGER, epochs 5, learning rate/ });
  await expect(own).toHaveCount(2);
  for (const run of await own.all()) await expect(run).toBeChecked();
  await expect(page.getByRole('figure', { name: /^Curves: / })).toBeVisible();

  await test.step('what was stopped goes on to its end when it is asked to', async () => {
    await page.getByRole('button', { name: /^Train .* 1e-7, seed 1 to its end$/ }).click();
    await expect(slow).toContainText('training', { timeout: MINUTES });
    await expect(slow).not.toContainText(/behind|Stopped after/);
  });
});
