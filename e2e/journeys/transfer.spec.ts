// UTGRec's whole transfer from the page: tokenizer and recommender learn on two domains, the tokenizer is fine-tuned on a third,
// its items get codes, the recommender is fine-tuned on them and tested; then the run leaves as one file and comes back.
import { readFile } from 'node:fs/promises';
import { openSmallData } from './smallData';
import { expect, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

test('learns on two domains, moves to a third and is tested there, and comes back from one file', async ({ page }) => {
  test.setTimeout(4 * MINUTES);
  // A field that differs from its preset says so after its name.
  const field = (group: string, name: string) =>
    page
      .getByRole('group', { name: group, exact: true })
      .getByRole('textbox', { name: new RegExp(`^${name}( \\(|$)`) });
  const trained = page.getByRole('button', { name: 'Train anew' });
  await openWorkbench(page);
  await openSmallData(page, true, ['Music', 'Travel', 'Home']);

  await goTo(page, 'Tokenizer');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('utgrec-test');
  const transfer = page.getByRole('group', { name: 'Transfer', exact: true });
  await transfer.getByRole('combobox', { name: 'Fine-tune on' }).selectOption('Home');
  for (const name of ['Music', 'Travel'])
    await expect(transfer.getByRole('checkbox', { name: `Pre-train on ${name}` })).toBeChecked();
  await field('Training', 'Epochs').fill('4');
  await field('Item text and picture', 'Least count').fill('1');
  await field('Tree of codes', 'Levels').fill('3');
  await field('Tree of codes', 'Root codes').fill('8');
  await field('Tree of codes', 'Leaf codes').fill('24');
  await field('Fine-tuning of the tokenizer', 'Epochs').fill('2');
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(trained).toBeVisible({ timeout: 2 * MINUTES });
  const quality = page.getByRole('region', { name: 'Reconstruction by domain' });
  await expect(quality).toContainText(/from .* in (Music|Travel) to .* in (Music|Travel)/);

  await goTo(page, 'Recommender');
  await field('Training', 'Epochs').fill('1');
  await field('Fine-tuning on the domain', 'Epochs').fill('1');
  await page.getByRole('button', { name: 'Train the recommender' }).click();
  await expect(trained).toBeVisible({ timeout: 2 * MINUTES });
  const result = page.locator('.metrics-table tbody tr.is-model');
  await expect(result).toContainText('UTGRec');
  const measured = await result.innerText();

  await test.step('the codes shown are now those of the third domain', async () => {
    await goTo(page, 'Tokenizer');
    await expect(quality.locator('.figure-svg')).toContainText('Home');
    await expect(quality.locator('.figure-svg')).not.toContainText('Music');
  });

  await goTo(page, 'Data');
  const download = page.waitForEvent('download');
  await page.getByText('Save the run', { exact: true }).click();
  await page.getByRole('button', { name: 'As one .tessera file' }).click();
  const buffer = await readFile(await (await download).path());
  await test.step('the file opens with both phases, and recommends', async () => {
    await page.getByLabel('Open a run').setInputFiles({ name: 'moved.tessera', mimeType: 'application/zip', buffer });
    await expect(page.getByText(/^Opened moved: .* tokenizer trained, recommender trained/)).toBeVisible({
      timeout: MINUTES,
    });
    await goTo(page, 'Recommender');
    expect(await result.innerText()).toBe(measured);
    await goTo(page, 'Demo');
    const top = page.getByRole('region', { name: 'Next item, top 10' });
    await expect(top.getByRole('listitem')).toHaveCount(10, { timeout: MINUTES });
  });
});
