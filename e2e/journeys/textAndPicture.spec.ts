// UTGRec in the page: a tokenizer of text and pictures, what its codes keep, a recommender on them, and transfer.
import { expectSameNumbers } from './figures';
import { openSmallData, SMALL_ITEMS } from './smallData';
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

const MINUTES = 60_000;

test('a tokenizer of text and pictures shows every loss by name and what its codes keep, and recommends', async ({
  page,
}) => {
  test.setTimeout(8 * MINUTES);
  const fill = async (group: string, field: string, text: string): Promise<void> => {
    await page
      .getByRole('group', { name: group, exact: true })
      .getByRole('textbox', { name: field, exact: true })
      .fill(text);
  };
  const trained = page.getByRole('button', { name: 'Train anew' });
  await openWorkbench(page);
  await openSmallData(page, true);

  await goTo(page, 'Tokenizer');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('utgrec-test');
  await fill('Training', 'Epochs', '6');
  await fill('Item text and picture', 'Least count', '1');
  await fill('Tree of codes', 'Root codes', '12');
  await fill('Tree of codes', 'Leaf codes', '24');
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(trained).toBeVisible({ timeout: 4 * MINUTES });

  await test.step('every part of the objective has its curve', async () => {
    for (const key of [
      'loss',
      'text',
      'textPositive',
      'image',
      'imagePositive',
      'codebook',
      'rootError',
      'leafError',
      'alignment',
    ])
      await expect(page.locator(`[data-curve="${key}"] .chart-last`)).toHaveText(/\d/);
  });
  const quality = page.getByRole('region', { name: 'Reconstruction by domain' });
  await test.step('reconstruction by domain and the record of conflicts', async () => {
    await expect(quality).toContainText(/of the pieces first, from .* in (Music|Travel) to .* in (Music|Travel)/);
    await expect(quality).toContainText(/of the identifiers were taken twice before conflicts were resolved/);
    await expectSameNumbers(page, quality, '', /Picture loss/);
  });
  const gallery = page.getByRole('region', { name: 'Reconstruction gallery' });
  await test.step('the gallery sets originals beside what the codes kept', async () => {
    await gallery.getByRole('combobox', { name: 'Items of' }).selectOption('Music');
    await gallery.getByRole('button', { name: 'Read 8 items back' }).click();
    await expect(gallery.locator('.gallery-card')).toHaveCount(8, { timeout: 2 * MINUTES });
    await expect(gallery.locator('.gallery-head .item-detail')).toHaveText(Array(8).fill('Music'));
    await expect(gallery.getByRole('img', { name: /^Original picture of / })).toHaveCount(8);
    await expect(gallery.getByRole('img', { name: /^Picture decoded from the codes of / })).toHaveCount(8);
    // Originals are drawn: plain squares with one stripe, so more than one colour.
    const colours = await gallery
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
        return new Set(Array.from({ length: data.length / 4 }, (_, at) => `${data[at * 4]},${data[at * 4 + 1]}`)).size;
      });
    expect(colours).toBeGreaterThan(1);
    await expect(gallery.getByText(/^\d of \d text pieces right/).first()).toBeVisible();
  });
  const wall = page.getByRole('region', { name: 'Code use over training' });
  await test.step('the wall knows the tree of books', async () => {
    await expect(wall.locator('.figure-svg')).toContainText('Level 2, leaf book: 24 codes');
  });
  await test.step('the page passes axe in both themes', async () => {
    for (const theme of ['Dark', 'Light'] as const) {
      await chooseTheme(page, theme);
      await expectAccessible(page, `tokenizer of text and pictures, ${theme}`);
    }
  });
  await test.step('the paths know the tree of books', async () => {
    await page.getByRole('link', { name: 'More about these codes' }).click();
    const paths = page.getByRole('region', { name: 'Code paths' });
    await expect(paths.locator('.figure-summary')).toContainText(
      `All items: ${SMALL_ITEMS} items with ${SMALL_ITEMS} different identifiers`,
    );
  });

  await goTo(page, 'Recommender');
  await fill('Training', 'Epochs', '2');
  await page.getByRole('button', { name: 'Train the recommender' }).click();
  await expect(trained).toBeVisible({ timeout: 3 * MINUTES });
  await expect(page.locator('.metrics-table tbody tr.is-model')).toContainText('UTGRec');
  await goTo(page, 'Demo');
  const top = page.getByRole('region', { name: 'Next item, top 10' });
  await expect(top.getByRole('listitem')).toHaveCount(10, { timeout: MINUTES });
  await expect(top.getByRole('img', { name: /^Identifier \d+(, \d+)+$/ }).first()).toBeVisible();

  await test.step('a reload keeps tokenizer, wall and metrics', async () => {
    await page.reload();
    await expect(page.getByText(/^Restored from your last visit/)).toContainText(
      'tokenizer trained, recommender trained',
    );
    await goTo(page, 'Tokenizer');
    await expect(quality).toContainText(/conflicts were resolved/);
    await expect(wall.locator('.figure-summary')).toContainText(/^At step \d+ the items use /);
    await goTo(page, 'Demo');
    await expect(top.getByRole('listitem')).toHaveCount(10, { timeout: MINUTES });
  });
});
