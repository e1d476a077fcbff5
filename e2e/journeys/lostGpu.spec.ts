// The browser's GPU process goes away in the middle of a training, with every device on it: the page says so, asks again, and the
// training goes on by itself.
import { openSmallDraft } from './smallData';
import { expect, test } from './workbench';

const MINUTES = 60_000;

test('a training outlives the loss of its GPU', async ({ page, context }) => {
  test.setTimeout(4 * MINUTES);
  await openSmallDraft(page, 5000);
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  const loss = page.locator('[data-curve="loss"] .chart-last');
  await expect(loss).toHaveText(/\d/, { timeout: MINUTES });

  const browser = await context.browser()?.newBrowserCDPSession();
  await browser?.send('Browser.crashGpuProcess');
  const alert = page.getByRole('alert').filter({ hasText: 'The GPU went away' });
  await expect(alert).toContainText('training then goes on from the last checkpoint by itself');
  // It is there until the GPU is back.
  await expect(alert).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
  const before = await loss.innerText();
  await expect.poll(() => loss.innerText(), { timeout: MINUTES }).not.toBe(before);
  const tray = page.getByRole('region', { name: 'Job' });
  await tray.getByRole('button', { name: 'Stop the job' }).click();
  await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled({ timeout: MINUTES });
});
