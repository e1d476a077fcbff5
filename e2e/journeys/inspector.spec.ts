// The inspector: what is picked, closely, beside every page; by key and by button, kept in the address, over narrow pages.
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

test('what is picked is inspected on every page: items, codes, users, runs', async ({ page }) => {
  test.setTimeout(120_000);
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  const part = (name: string | RegExp) => inspector.getByRole('region', { name });
  await openWorkbench(page);
  await page.locator('main').focus();
  await page.keyboard.press('i');
  await expect(inspector).toBeFocused();
  await expect(inspector).toContainText('Nothing is picked.');
  await page.keyboard.press('Escape');
  await expect(inspector).toBeHidden();
  await expect(page.locator('main')).toBeFocused();

  await page.goto('/#/compare');
  const runs = page.getByRole('region', { name: 'All runs' });
  await runs
    .getByRole('row', { name: /^TIGER, sample, seed 1/ })
    .locator('summary')
    .click();
  await page.getByRole('button', { name: 'Show on all pages' }).click();
  await expect(page.getByText(/^Opened TIGER, sample, seed 1/)).toBeVisible();

  const button = page.getByRole('button', { name: 'Inspector', exact: true });
  await test.step('runs: provenance and the settings that differ', async () => {
    await button.click();
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    await runs.getByRole('checkbox', { name: /^SASRec, sample/ }).check();
    await expect(part(/^SASRec/)).toContainText('comes with Tessera');
    // Against the run that the pages show.
    await expect(part('Settings that differ').getByRole('columnheader', { name: /^TIGER/ })).toBeVisible();
    await expect(part('Settings that differ').getByRole('row')).not.toHaveCount(1);
  });

  await test.step('an item: title, identifier, neighbours by code; one of them leads on', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('moon');
    await page.getByRole('dialog').getByRole('group', { name: 'Items' }).getByRole('option').first().click();
    await expect(part('Item').getByRole('img', { name: /^Identifier \d/ })).toBeVisible();
    const title = await part('Item').locator('.inspector-title').innerText();
    await expect(page.getByRole('region', { name: 'Selection' })).toHaveCount(1);
    // SASRec, which was picked, has no codes; a second tokenizer’s stand beside those of the shown one.
    await expect(part('Item').getByRole('img', { name: /^Identifier \d/ })).toHaveCount(1);
    await runs.getByRole('checkbox', { name: /^TIGER, sample, seed 2/ }).check();
    await expect(part('Item').getByRole('img', { name: /^Identifier \d/ })).toHaveCount(2);
    await expect(part('Item')).toContainText('In the picked runs');
    const near = part('Nearest by code').getByRole('button').first();
    const nearTitle = await near.locator('.item-title').innerText();
    await near.click();
    await expect(part('Item').locator('.inspector-title')).toHaveText(nearTitle);
    expect(nearTitle).not.toBe(title);
    await part('Item')
      .getByRole('button', { name: /^All items with the first code/ })
      .click();
    await expect(part('Codes')).toContainText(/\d+ items begin with them/);
  });

  await test.step('a user: events, newest first', async () => {
    await goTo(page, 'Demo');
    await expect(part('User')).toContainText(/\d+ events/);
    await expect(part('User').getByRole('listitem')).not.toHaveCount(0);
  });

  await test.step('the address keeps it, on every page and after a reload; axe is content; narrow pages lie below it', async () => {
    await expect(page).toHaveURL(/inspector=open/);
    await goTo(page, 'Data');
    await expect(page).toHaveURL(/inspector=open/);
    await page.reload();
    await expect(part('User')).toContainText(/\d+ events/);
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme);
      await expectAccessible(page, `inspector, ${theme}`);
    }
    await page.setViewportSize({ width: 768, height: 700 });
    const box = await inspector.boundingBox();
    expect(box?.width).toBeLessThanOrEqual(340);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await inspector.getByRole('button', { name: 'Close the inspector' }).click();
    await expect(inspector).toBeHidden();
    await expect(page).not.toHaveURL(/inspector=/);
  });
});
