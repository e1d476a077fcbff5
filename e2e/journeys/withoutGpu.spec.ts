// The same page in a browser that gives no WebGPU.
import { expect, expectAccessible, goTo, test, WITHOUT_GPU } from './workbench';

test.use({ launchOptions: WITHOUT_GPU });

test('without WebGPU the page says how to get it, and data stays readable', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('region', { name: 'This machine' })).toContainText('No WebGPU');
  await page.getByRole('link', { name: 'How to get WebGPU' }).click();
  await expect(page.getByRole('heading', { name: 'This browser gives no WebGPU' })).toBeVisible();
  for (const browser of ['Chrome, Edge', 'Firefox', 'Safari'])
    await expect(page.getByRole('heading', { name: browser })).toBeVisible();
  await expectAccessible(page, 'no WebGPU');

  await goTo(page, 'Data');
  await page.getByRole('button', { name: 'Use the sample' }).click();
  await expect(page.getByRole('region', { name: /^Summary of/ })).toContainText('6,000');
  await goTo(page, 'Tokenizer');
  await expect(page.getByRole('button', { name: 'Train the tokenizer' })).toBeDisabled();
  await expect(page.getByText('needs WebGPU')).toBeVisible();
  await expectAccessible(page, 'tokenizer without WebGPU');
});
