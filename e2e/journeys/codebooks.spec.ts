// The page of codebooks on a tokenizer trained for real: shared identifiers (V3), shared codes (V8), the map of items.
import { csvRows, expectSameNumbers, exported } from './figures';
import { openSmallData, SMALL_ITEMS } from './smallData';
import { layoutShiftDuring } from './tracing';
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

test('codebooks: who shares an identifier, what domains share, where items lie', async ({ page }) => {
  test.setTimeout(3 * MINUTES);
  await openWorkbench(page);
  await openSmallData(page, true);
  await goTo(page, 'Tokenizer');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('test');
  // Few codes, so that items must share.
  await page.getByRole('textbox', { name: 'Levels' }).fill('2');
  await page.getByRole('textbox', { name: 'Codes a level' }).fill('8');
  await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill('3');
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: 2 * MINUTES });
  await page.getByRole('link', { name: 'More about these codes' }).click();
  await expect(page.getByRole('navigation', { name: 'Where these codes come from' })).toContainText('step 3');

  const selection = page.getByRole('region', { name: 'Selection' });
  await test.step('V1 and V2: a code lists its items; picked ones show among the prefixes', async () => {
    const wall = page.getByRole('region', { name: 'Code use over training' });
    await wall.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('PageDown');
    await expect(wall.locator('.figure-readout')).toContainText(
      /^Level 1, Code \d+, all items \d+, Music \d+, Travel \d+, Most items from (Music|Travel)/,
    );
    await page.keyboard.press('Enter');
    const items = wall.getByRole('region', { name: /^Items with code \d+ at level 1$/ });
    const pick = items.getByRole('button', { name: /^Pick \d+$/ });
    const count = (await pick.innerText()).replace(/\D/g, '');
    await pick.click();
    const paths = page.getByRole('region', { name: 'Code paths' });
    await expect(paths.locator('.figure-summary')).toContainText(`${count} of them are picked.`);
    await expect(paths.locator('.figure-svg')).toContainText('picked items');

    // Pictures that cannot be drawn become tiles from the codes: one shape for the shared first code, and nothing moves.
    const pictures = items.locator('.code-card .picture');
    await expect(pictures.locator('img')).toHaveCount(await pictures.count());
    const shift = await layoutShiftDuring(page, async () => {
      await pictures.locator('img').evaluateAll((all) => {
        for (const image of all) image.dispatchEvent(new Event('error'));
      });
      await expect(pictures.locator('.mosaic')).toHaveCount(await pictures.count());
    });
    expect(shift).toBeLessThan(0.05);
    const shapes = await pictures.evaluateAll((all) =>
      all.map((each) =>
        [...each.querySelectorAll('rect')].map((tile) => `${tile.getAttribute('x')},${tile.getAttribute('y')}`),
      ),
    );
    expect(shapes.length).toBeGreaterThan(1);
    expect(new Set(shapes.map((shape) => shape.join(' '))).size).toBe(1);
  });

  await test.step('V2 as a sunburst says the same, opens prefixes and is kept in the address', async () => {
    const paths = page.getByRole('region', { name: 'Code paths' });
    const summary = await paths.locator('.figure-summary').innerText();
    await paths.getByRole('radio', { name: 'Sunburst' }).check();
    await expect(page).toHaveURL(/paths=sunburst/);
    await expect(paths.locator('.figure-summary')).toHaveText(summary);
    await expect(paths.locator('.figure-svg path[data-row^="prefixes:"]')).not.toHaveCount(0);
    await expectSameNumbers(page, paths, 'Prefixes', /Each ring outwards is one code more/);
    await paths.getByRole('application').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await expect(paths.locator('.figure-readout')).toContainText(/^Level 1, Prefix \d+, Items \d+/);
    await page.keyboard.press('Enter');
    await expect(paths.getByRole('navigation', { name: 'Prefix' }).getByRole('button')).toHaveCount(2);
    await paths.getByRole('button', { name: 'All items' }).click();
    await paths.getByRole('radio', { name: 'Icicle' }).check();
  });

  await test.step('V3: the figure says the same everywhere; the table sorts; an identifier opens its items', async () => {
    const sizes = page.getByRole('region', { name: 'Items on an identifier' });
    await expect(sizes.locator('.figure-summary')).toContainText(
      /Before conflicts are resolved, \d+ of 168 items share/,
    );
    await expectSameNumbers(page, sizes, 'Identifiers by size and group', /Music, rate 0\.\d{4}/);
    const buckets = csvRows(await exported(page, sizes, /^CSV: Shared identifiers$/)).slice(1);
    const table = page.getByRole('table', { name: 'Shared identifiers' });
    await expect(table).toHaveAttribute('aria-rowcount', String(buckets.length + 1));
    await table.getByRole('button', { name: 'Distance' }).click();
    await expect(table.getByRole('columnheader', { name: 'Distance' })).toHaveAttribute('aria-sort', 'descending');
    const largest = Math.max(...buckets.map(([, , , distance]) => Number(distance)));
    await expect(table.getByRole('row').nth(1).getByRole('cell').nth(3)).toHaveText(largest.toFixed(3));
    const first = table.getByRole('button', { name: /^Identifier \d+ \d+: \d+ items$/ }).first();
    const count = Number(/: (\d+) items/.exec((await first.getAttribute('aria-label')) ?? '')?.[1]);
    await first.focus();
    await page.keyboard.press('Enter');
    const items = page.getByRole('region', { name: /^Items of \d+ · \d+$/ });
    await expect(items.locator('tbody tr')).toHaveCount(Math.min(20, count));
    await expect(items).toContainText('digit 1 added');
    await expect(items).toContainText(/They would have split first at level [12]/);
    // Few items are named by their numbers.
    await expect(selection).toContainText(/^(items \S.*|\d+ items)codes \d+ · \d+/);
  });

  await test.step('V8: a cell opens the codes that two domains share, with items of both', async () => {
    const sharing = page.getByRole('region', { name: 'Codes that domains share' });
    await expect(sharing.locator('.figure-svg')).toContainText('nearest item in the other domain');
    await expectSameNumbers(page, sharing, 'Pairs of domains', /used by these domains and no other/);
    await sharing.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(sharing.locator('.figure-readout')).toContainText(
      /^Domain Music, and Travel, Measure code use shared/,
    );
    await page.keyboard.press('Enter');
    const shared = sharing.getByRole('region', { name: 'Codes of level 1 that Music and Travel share' });
    await expect(shared.getByText(/^Music: \d+ items, [\d.]+% of the domain$/).first()).toBeVisible();
    await shared.getByRole('button', { name: 'Close the shared codes' }).click();
  });

  await test.step('the residual staircase says the same everywhere', async () => {
    const staircase = page.getByRole('region', { name: 'Left to encode after each level' });
    await expectSameNumbers(page, staircase, '', /Levels taken off/);
  });

  const map = page.getByRole('region', { name: 'Map of items' });
  await test.step('map: all items are drawn; a group, a lasso and the keyboard pick some', async () => {
    const canvas = map.locator('canvas');
    await expect(canvas).toHaveAttribute('data-drawn', String(SMALL_ITEMS));
    await map.getByRole('button', { name: 'Music: 84' }).click();
    await expect(selection).toContainText('84 items');
    await expect(map.getByRole('region', { name: 'Picked items' })).toContainText('1–12 of 84');
    await map.getByRole('radio', { name: 'Lasso' }).check();
    const box = map.getByRole('application', { name: 'Map of items' });
    await box.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await box.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + 3, y + 3);
    await page.mouse.down();
    for (const [right, down] of [
      [width - 3, 3],
      [width - 3, height - 3],
      [3, height - 3],
    ] as const)
      await page.mouse.move(x + right, y + down);
    await page.mouse.up();
    await expect(selection).toContainText(`${SMALL_ITEMS} items`);
    await selection.getByRole('button', { name: /^Remove \d+ items/ }).click();
    await box.focus();
    await page.keyboard.press('ArrowRight');
    await expect(map.locator('.figure-readout')).toContainText(
      /, (Music|Travel), codes \d+ · \d+, \d+ interactions; Domain: /,
    );
    await page.keyboard.press('Enter');
    await expect(selection).toContainText(/item \S/);
    await map.getByRole('radio', { name: 'Shared identifiers' }).check();
    await expect(map.getByRole('button', { name: /^alone: \d+$/ })).toBeVisible();
    expect(csvRows(await exported(page, map, /^CSV: Items$/))).toHaveLength(SMALL_ITEMS + 1);
    await map.getByRole('radio', { name: 'Table', exact: true }).check();
    await expect(map.locator('.figure-table tbody tr')).toHaveCount(SMALL_ITEMS);
    await map.getByRole('radio', { name: 'Figure', exact: true }).check();
  });

  await test.step('the page passes axe in both themes', async () => {
    for (const theme of ['Dark', 'Light'] as const) {
      await chooseTheme(page, theme);
      await expect(map.locator('canvas')).toHaveAttribute('data-drawn', String(SMALL_ITEMS));
      await expectAccessible(page, `codebooks, ${theme}`);
    }
  });
});
