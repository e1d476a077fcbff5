// What a job may do beside the page, once it is switched on: keep the screen on while it trains, and notify when it ends.
import { openSmallData } from './smallData';
import { expect, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

test('a job keeps the screen on and notifies when it ends in a hidden page, only where that is switched on', async ({
  page,
}) => {
  test.setTimeout(3 * MINUTES);
  // Headless pages are never hidden and show no notification: what the page asks of the browser is noted instead.
  await page.addInitScript(() => {
    const noted: string[] = [];
    Object.assign(globalThis, { noted });
    Object.defineProperty(document, 'hidden', { get: () => 'isAway' in globalThis });
    class Noted {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor(title: string) {
        noted.push(title);
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: Noted });
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        request: async (kind: string) => {
          noted.push(`held ${kind}`);
          // The user goes away right after the start: the training may be over before a test could look in the middle of it.
          Object.assign(globalThis, { isAway: true });
          return { released: false, release: async () => noted.push('let go') };
        },
      },
    });
  });
  const noted = () => page.evaluate(() => Object.entries(globalThis).find(([name]) => name === 'noted')?.[1]);
  const trained = page.getByRole('button', { name: 'Train anew' });
  await openWorkbench(page);
  await openSmallData(page);
  await goTo(page, 'Tokenizer');
  await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill('3');
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(trained).toBeVisible({ timeout: MINUTES });
  expect(await noted()).toEqual([]);

  await page.goto('/#/settings?section=appearance');
  const choice = (name: string) => page.getByRole('group', { name }).getByRole('radio', { name: 'On', exact: true });
  await choice('Keep the screen on').check();
  await choice('Tell me when it ends').check();
  await goTo(page, 'Tokenizer');
  await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill('4');
  await trained.click();
  await expect.poll(noted, { timeout: MINUTES }).toEqual(['held screen', 'let go', 'The tokenizer is trained']);
});
