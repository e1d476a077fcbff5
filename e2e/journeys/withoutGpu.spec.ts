// The same page in a browser that gives no WebGPU.
import { expect, expectAccessible, goTo, openWorkbench, test, WITHOUT_GPU } from './workbench';

test.use({ launchOptions: WITHOUT_GPU });

test('without WebGPU the page says how to get it, and data stays readable', async ({ page }) => {
  await openWorkbench(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This browser gives no WebGPU');
  for (const browser of ['Chrome, Edge', 'Firefox', 'Safari'])
    await expect(page.getByRole('heading', { name: browser })).toBeVisible();
  await expectAccessible(page, 'no WebGPU');

  await page.getByRole('link', { name: /Look at data/ }).click();
  await page.getByRole('button', { name: 'Use the sample' }).click();
  await expect(page.getByRole('region', { name: /^Summary of/ })).toContainText('6,000');
  await goTo(page, 'Tokenizer');
  await expect(page.getByRole('button', { name: 'Train the tokenizer' })).toBeDisabled();
  await expect(page.getByText('needs WebGPU')).toBeVisible();
  await expectAccessible(page, 'tokenizer without WebGPU');
});
