// Every page before there is anything to show: says the next action, passes axe, and is reachable by keyboard.
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

for (const theme of ['Light', 'Dark'] as const) {
  test(`empty pages say what to do next and pass axe (${theme})`, async ({ page }) => {
    await openWorkbench(page);
    await chooseTheme(page, theme);
    await expectAccessible(page, `Data, empty, ${theme}`);
    for (const name of ['Tokenizer', 'Codebooks', 'Recommender', 'Demo'] as const) {
      await goTo(page, name);
      await expect(page.getByRole('button', { name: 'Use the sample' })).toBeEnabled();
      await expectAccessible(page, `${name}, empty, ${theme}`);
    }
    await goTo(page, 'Home');
    await expect(page.getByRole('button', { name: 'Try the sample' })).toBeEnabled();
    await expectAccessible(page, `Home, empty, ${theme}`);
    await page.locator('.gpu-chip').click();
    await expect(page.getByRole('heading', { name: 'What this adapter offers' })).toBeVisible();
    await expect(page.getByText(/A software adapter computes on the processor/)).toBeVisible();
    await expect(page.getByText(/^[\d.]+ GFLOP\/s, multiplying matrices of 256 × 256$/)).toBeVisible();
    await expectAccessible(page, `GPU, ${theme}`);
    for (const section of ['Storage', 'Shortcuts', 'Appearance', 'Privacy']) {
      await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: section }).click();
      await expectAccessible(page, `Settings, ${section}, ${theme}`);
    }
  });
}

test('the sample opens and the tokenizer page is reached with the keyboard alone', async ({ page }) => {
  await openWorkbench(page);
  const focused = () =>
    page.evaluate(
      () => (document.activeElement?.matches('a, button') ? document.activeElement.textContent : null) ?? '',
    );
  const tabTo = async (text: string) => {
    for (let presses = 0; presses < 40; presses++) {
      if ((await focused()).includes(text)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no "${text}" within 40 presses of Tab`);
  };
  await tabTo('Use the sample');
  await page.keyboard.press('Space');
  await expect(page.getByRole('region', { name: /^Summary of/ })).toBeVisible();
  await tabTo('Next: train the tokenizer');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tokenizer');
  await expect(page.getByRole('button', { name: 'Train the tokenizer' })).toBeEnabled();
});

test('a wrong value is marked where it stands and holds the start back', async ({ page }) => {
  await openWorkbench(page);
  await page.getByRole('button', { name: 'Use the sample' }).click();
  await goTo(page, 'Tokenizer');
  const levels = page.getByRole('textbox', { name: 'Levels' });
  await levels.fill('9');
  await expect(levels).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('A whole number from 1 to 8')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Train the tokenizer' })).toBeDisabled();
  await levels.fill('2');
  await expect(page.getByRole('button', { name: 'Train the tokenizer' })).toBeEnabled();
});
