// What holds on every page: palette, shortcuts, the address, narrow windows, focus, motion.
import type { Page } from '@playwright/test';
import { chooseTheme, expect, expectAccessible, goTo, openPath, openWorkbench, pagePaths, test } from './workbench';

const palette = (page: Page) => page.getByRole('dialog', { name: 'Search and commands' });
const chips = (page: Page) => page.getByRole('region', { name: 'Selection' });

async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Use the sample' }).click();
  await expect(page.getByRole('region', { name: /^Summary of/ })).toBeVisible();
}

test('the palette opens everywhere, finds pages, buttons and items, and gives the focus back', async ({ page }) => {
  await openWorkbench(page);
  await openSample(page);
  await page.getByRole('button', { name: 'Import data' }).focus();
  await page.keyboard.press('Control+k');
  await expect(palette(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette(page)).toBeHidden();
  await expect(page.getByRole('button', { name: 'Import data' })).toBeFocused();

  const help = page.getByRole('button', { name: 'Help and shortcuts' });
  const place = await help.boundingBox();
  await test.step('every button of a page is in it, and help stays where it is', async () => {
    for (const path of await pagePaths(page)) {
      await openPath(page, path);
      const names = await page
        .locator('main button:visible:enabled')
        .evaluateAll((buttons) =>
          buttons.map((button) =>
            (button.getAttribute('aria-label') ?? button.textContent ?? '').trim().replace(/\s+/g, ' '),
          ),
        );
      expect(await help.boundingBox()).toEqual(place);
      await page.keyboard.press('Control+k');
      await expect(palette(page)).toBeVisible();
      const offered = (await palette(page).locator('.palette-title').allInnerTexts()).map((title) =>
        title.toLowerCase(),
      );
      // Of rows with one button each the first few are enough; the rows themselves are on the page.
      for (const name of new Set(names.slice(0, 25)))
        expect(offered, `palette on ${path}`).toContain(name.toLowerCase());
      await page.keyboard.press('Escape');
    }
  });

  await test.step('axe is content with it and with help', async () => {
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme);
      await page.keyboard.press('Control+k');
      await expectAccessible(page, `palette, ${theme}`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+/');
      await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
      await expectAccessible(page, `help, ${theme}`);
      await page.keyboard.press('Escape');
    }
  });

  await page.keyboard.press('Control+k');
  await page.keyboard.type('recomm');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Recommender' })).toBeVisible();
});

test('shortcuts go where they say, stay out of inputs, and can be changed and switched off', async ({ page }) => {
  await openWorkbench(page);
  await openSample(page);
  const help = page.getByRole('dialog', { name: 'Help' });
  await page.locator('main').focus();
  await page.keyboard.press('?');
  await expect(help).toContainText('Go to Data');
  // Nothing runs, so there is nothing to pause.
  await expect(help).not.toContainText('Pause');
  await help.getByRole('textbox').fill('recommender');
  await expect(help.locator('dt')).toHaveText(['Go to Recommender']);
  await page.keyboard.press('Escape');

  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await expect(page.getByRole('heading', { level: 1, name: 'Tokenizer' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Levels' }).focus();
  await page.keyboard.type('?gd');
  await expect(help).toBeHidden();
  await expect(page.getByRole('heading', { level: 1, name: 'Tokenizer' })).toBeVisible();

  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Shortcuts', exact: true }).click();
  await page.getByRole('textbox', { name: 'Keys: Go to Data' }).fill('g x');
  await page.locator('main').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  await expect(page.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible();
  await page.goBack();
  await page.getByRole('radio', { name: 'Off', exact: true }).check();
  await page.locator('main').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  await page.keyboard.press('?');
  await expect(help).toBeHidden();
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});

test('the address restores what is picked: reload, back, forward, a copied link, undo', async ({ page, browser }) => {
  await openWorkbench(page);
  await openSample(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('moon');
  const found = palette(page).getByRole('group', { name: 'Items' }).getByRole('option').first();
  const title = await found.locator('.palette-title').innerText();
  await found.click();
  // By its title, not by its number.
  await expect(chips(page)).toContainText(`item ${title.slice(0, 40)}`);
  const words = await chips(page).innerText();
  await expect(page).toHaveURL(/#\/data\?items=\d+&data=[0-9a-f]{8}$/);

  await goTo(page, 'Codebooks');
  await expect(page).toHaveURL(/#\/codebooks\?items=\d+&data=/);
  await page.reload();
  await expect(chips(page)).toHaveText(words);
  await goTo(page, 'Data');
  await page.getByRole('button', { name: /^Remove item/ }).click();
  await expect(chips(page)).toHaveCount(0);
  await expect(page).toHaveURL(/#\/data$/);
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'Codebooks' })).toBeVisible();
  await expect(chips(page)).toHaveText(words);
  await page.goForward();
  await expect(chips(page)).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(chips(page)).toHaveText(words);
  await expect(page).toHaveURL(/items=/);
  const link = page.url();

  await test.step('the link in a new profile waits for the data it was made on', async () => {
    const other = await browser.newContext();
    const fresh = await other.newPage();
    await fresh.goto(link);
    await fresh.getByRole('button', { name: 'Use the sample' }).click();
    await expect(fresh.getByRole('region', { name: /^Summary of/ })).toBeVisible();
    await expect(chips(fresh)).toHaveText(words);
    await fresh.goto(link.replace(/data=[0-9a-f]+/, 'data=00000000'));
    await expect(fresh.getByText('The selection was made on other data')).toBeVisible();
    await expect(chips(fresh)).toHaveCount(0);
    await fresh.goto(link.replace(/#.*/, '#/nowhere?items=%E0%A4%A&x=1'));
    await expect(fresh.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
    await other.close();
  });
});

test('narrow and zoomed windows scroll downwards only, with the pages in a drawer', async ({ page }) => {
  await openWorkbench(page);
  await openSample(page);
  const paths = await pagePaths(page);
  // 768 is the narrowest for work, 640 is 1,280 at 200 %, 320 is 1,280 at 400 %.
  for (const width of [768, 640, 320]) {
    await page.setViewportSize({ width, height: 700 });
    for (const path of paths) {
      await openPath(page, path);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wide, `${path} at ${width} px`).toBeLessThanOrEqual(0);
    }
  }
  const drawer = page.getByRole('navigation', { name: 'Pages' });
  await expect(drawer).toBeHidden();
  await page.getByRole('button', { name: 'Pages' }).click();
  await drawer.getByRole('link', { name: /^Data/ }).click();
  await expect(drawer).toBeHidden();
  await expect(page.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible();
});

test('what has the focus shows it, is never behind the bars, and is large enough to hit', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 620 });
  await openWorkbench(page);
  await openSample(page);
  const found: string[] = [];
  for (const path of await pagePaths(page)) {
    await openPath(page, path);
    await page.locator('main').focus();
    const seen = new Set<string>();
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement) || !element.closest('main')) return null;
        // A hidden file input shows its focus on its label, a radio button on the label around it.
        const isHidden = element.matches('.visually-hidden');
        const target = isHidden ? element.nextElementSibling : element;
        const shown = [target, element.closest('label')].find((candidate) => {
          if (!candidate) return false;
          const { outlineStyle, outlineWidth } = getComputedStyle(candidate);
          return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
        });
        const box = (shown ?? target ?? element).getBoundingClientRect();
        const tray = document.querySelector('.trays')?.getBoundingClientRect();
        const bar = document.querySelector('.top-bar')?.getBoundingClientRect();
        const isTall = box.height > innerHeight / 2;
        return {
          name: `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40)}`,
          hasRing: shown !== undefined,
          isHidden: !isTall && (box.bottom > (tray?.top ?? innerHeight) + 1 || box.top < (bar?.bottom ?? 0) - 1),
          isSmall: !element.matches('p a, dd a, h3 a, section') && (box.height < 24 || box.width < 24),
        };
      });
      if (!stop || seen.has(stop.name)) continue;
      seen.add(stop.name);
      const faults = [
        ...(stop.isHidden ? ['behind a bar'] : []),
        ...(stop.isSmall ? ['smaller than 24 px'] : []),
        ...(stop.hasRing ? [] : ['without a ring of 2 px']),
      ];
      if (faults.length > 0) found.push(`${path}: ${stop.name}: ${faults.join(', ')}`);
    }
    expect(seen.size, `stops on ${path}`).toBeGreaterThan(0);
  }
  expect(found).toEqual([]);
});

test('nothing moves when the system asks for that, and forced colours keep what is chosen apart', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openWorkbench(page);
  await expect(page.locator('html')).toHaveAttribute('data-motion', 'still');
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll('*')].filter((element) => getComputedStyle(element).transitionDuration !== '0s')
        .length,
  );
  expect(moving).toBe(0);

  await page.emulateMedia({ forcedColors: 'active' });
  const here = page.locator('.rail [aria-current="page"]');
  const other = page.locator('.rail a:not([aria-current])').first();
  const look = (link: typeof here) =>
    link.evaluate((element) => {
      const { outlineStyle, borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(element);
      return [outlineStyle, borderTopStyle, borderTopColor, backgroundColor].join(' ');
    });
  expect(await look(here)).not.toBe(await look(other));
  const chosen = page.locator('.top-bar .segmented label.is-chosen');
  const rest = page.locator('.top-bar .segmented label:not(.is-chosen)').first();
  expect(await look(chosen)).not.toBe(await look(rest));
});
