// Conventions that want a real browser and trained runs, but no training: keys between runs, themes and forced colours in
// figures, what the table keeps, warnings, storage's answer, views too large for an address, missing pictures.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { chooseTheme, expect, goTo, openWorkbench, test } from './workbench';

const shownRun = (page: Page) => page.getByRole('table').getByText('shown', { exact: true });

async function showTrained(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Show the trained sample' }).click();
  await expect(page.getByText(/tokenizer trained, recommender trained/)).toBeVisible();
}

/** What is drawn in each figure's canvas, the colours of its shapes, and the bytes of each item's picture. */
const drawn = (page: Page) =>
  page.evaluate(() => {
    const pixels = (image: HTMLImageElement): string => {
      const canvas = document.createElement('canvas');
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return `${getComputedStyle(image).filter} ${canvas.toDataURL()}`;
    };
    // Cells of a heat map keep their scale, as pictures do.
    const shapes = document.querySelectorAll('main :is(figure, [role="figure"]) svg :is(text, line, path, circle)');
    const colours = [...shapes]
      .map((shape) => getComputedStyle(shape)[shape.matches('text, circle') ? 'fill' : 'stroke'])
      .filter((colour) => colour.startsWith('rgb('));
    // The map's canvas belongs to WebGL, which keeps no pixels to read.
    const canvases = document.querySelectorAll<HTMLCanvasElement>('main canvas:not(.map-canvas)');
    return {
      canvases: [...canvases].map((canvas) => canvas.toDataURL()),
      colours: [...new Set(colours)],
      pictures: [...document.querySelectorAll<HTMLImageElement>('main .picture img')].map(pixels),
    };
  });

test('a switch of the theme draws every figure anew and leaves pictures alone, without a reload', async ({ page }) => {
  // Three pages with all their figures, twice.
  test.setTimeout(240_000);
  await showTrained(page);
  await page.evaluate(() => document.documentElement.setAttribute('data-mark', 'same page'));
  const seen = { canvases: 0, colours: 0, pictures: 0 };
  for (const name of ['Codebooks', 'Recommender', 'Demo'] as const) {
    await goTo(page, name);
    await chooseTheme(page, 'Light');
    await expect.poll(async () => Object.values(await drawn(page)).flat().length, { message: name }).toBeGreaterThan(2);
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
    const light = await drawn(page);
    await chooseTheme(page, 'Dark');
    const same = async (part: 'canvases' | 'colours') =>
      (await drawn(page))[part].filter((one) => light[part].includes(one));
    const left = { message: `of ${name}, as it was in the other theme` };
    await expect.poll(() => same('canvases'), left).toEqual([]);
    await expect.poll(() => same('colours'), left).toEqual([]);
    expect((await drawn(page)).pictures).toEqual(light.pictures);
    for (const part of ['canvases', 'colours', 'pictures'] as const) seen[part] += light[part].length;
  }
  expect(seen.canvases).toBeGreaterThan(1);
  expect(seen.colours).toBeGreaterThan(2);
  expect(seen.pictures).toBeGreaterThan(5);
  await expect(page.locator('html')).toHaveAttribute('data-mark', 'same page');
});

test('the run table: keys, warnings, and what it keeps', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await showTrained(page);
  await page.goto('/#/compare');
  const filter = page.getByRole('searchbox', { name: 'Filter runs' });
  await expect(filter).toBeVisible();
  await page.locator('main').focus();
  await page.keyboard.press('/');
  await expect(filter).toBeFocused();
  await page.keyboard.type('[]');
  await expect(page.getByText('No run matches “[]”.')).toBeVisible();
  await filter.fill('');

  // Keys go to runs that are here already, not to those that would have to be fetched.
  await page
    .getByRole('row', { name: /^TIGER, sample, seed 2/ })
    .locator('summary')
    .click();
  await page.getByRole('button', { name: 'Show on all pages' }).click();
  await expect(page.getByText(/^Opened TIGER, sample, seed 2/)).toBeVisible();
  const nameOfShown = () => shownRun(page).locator('xpath=ancestor::tr').locator('th').innerText();
  const first = await nameOfShown();
  await page.locator('main').focus();
  await page.keyboard.press('[');
  await expect.poll(nameOfShown, { timeout: 30_000 }).not.toBe(first);
  await page.locator('main').focus();
  await page.keyboard.press(']');
  await expect.poll(nameOfShown, { timeout: 30_000 }).toBe(first);

  const warning = page.getByText('Sorted by a metric of the test split.');
  await expect(warning).toBeHidden();
  await page.getByRole('columnheader', { name: /R@10/ }).getByRole('button', { name: /R@10/ }).first().click();
  await expect(warning).toBeVisible();

  await test.step('forced colours leave every run its own', async () => {
    const keys = page.locator('table .style-key line');
    const strokes = await keys.evaluateAll((lines) => lines.map((line) => getComputedStyle(line).stroke));
    expect(strokes.length).toBeGreaterThan(2);
    expect(new Set(strokes).size).toBe(strokes.length);
  });

  const columns = () => page.getByRole('table').first().getByRole('columnheader').allInnerTexts();
  await page.getByLabel('Metric', { exact: true }).selectOption({ index: 1 });
  await page.getByLabel(/^All settings/).check();
  const kept = await columns();
  await page.reload();
  await expect.poll(columns).toEqual(kept);
});

test('a selection too large for an address is kept as a file, and storage says what the browser answered', async ({
  page,
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator.storage, 'persisted', { value: async () => false });
    Object.defineProperty(navigator.storage, 'persist', { value: async () => location.search === '?keep' });
  });
  await openWorkbench(page);
  await page.getByRole('button', { name: 'Use the sample' }).click();
  await expect(page.getByRole('region', { name: /^Summary of/ })).toBeVisible();
  const items = Array.from({ length: 900 }, (_, at) => 2 * at);
  const file = {
    name: 'mine.tessera-view',
    mimeType: 'text/plain',
    // A domain's name that is long enough, since the sample alone has too few items for 8 kB.
    buffer: Buffer.from(
      `tessera view 1\n/codebooks?items=${items.join('.')}&runs=${Array.from({ length: 60 }, (_, at) => `${at}${'r'.repeat(150)}`).join(',')}\n`,
    ),
  };
  const openView = async (picked: typeof file) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('open a saved view');
    await expect(page.getByRole('option', { name: /^Open a saved view/ })).toHaveAttribute('aria-selected', 'true');
    const picker = page.waitForEvent('filechooser', { timeout: 30_000 });
    await page.evaluate(() => document.hasFocus());
    await page.keyboard.press('Enter');
    await (await picker).setFiles(picked);
  };
  await openView({ ...file, buffer: Buffer.from('something else') });
  await expect(page.getByRole('alert').filter({ hasText: 'The view could not be opened' })).toBeVisible();
  await openView(file);
  await expect(page.getByRole('heading', { level: 1, name: 'Codebooks' })).toBeVisible();
  const chips = page.getByRole('region', { name: 'Selection' });
  await expect(chips).toContainText('900 items');
  await expect(chips).toContainText('Too much for a link');
  expect(page.url().length).toBeLessThan(8_300);
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 30_000 }),
    chips.getByRole('button', { name: 'Save this view as a file' }).click(),
  ]);
  const saved = readFileSync((await download.path()) ?? '', 'utf8');
  expect(saved).toContain('tessera view 1\n/codebooks?items=');
  await chips.getByRole('button', { name: 'Clear all' }).click();
  await openView({ ...file, buffer: Buffer.from(saved) });
  await expect(chips).toContainText('900 items');
  await chips.getByRole('button', { name: 'Clear all' }).click();

  const ask = page.getByRole('button', { name: 'Ask the browser to keep it' });
  await goTo(page, 'Settings');
  await ask.click();
  await expect(page.getByText(/^The browser says no/)).toBeVisible();
  await page.goto('/?keep#/settings');
  await ask.click();
  await expect(page.getByText('kept until you delete it')).toBeVisible();
});
