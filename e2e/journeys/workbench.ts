// What the journeys share: a page whose errors and policy violations fail the test, and the words a user goes by.
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from '../harness/browsers.mjs';

const executablePath = findChromium();
/** Launch options of a browser that gives no WebGPU. */
export const WITHOUT_GPU = {
  ...(executablePath === null ? {} : { executablePath }),
  args: [...CHROMIUM_FLAGS.filter((flag) => !/webgpu|swiftshader/.test(flag)), '--disable-gpu'],
};

/** A test whose page may not log an error, throw, or break the content policy. */
export const test = base.extend<{ quiet: undefined }>({
  quiet: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(`threw ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(`logged ${message.text()}`);
      });
      await use(undefined);
      expect(complaints, 'errors and policy violations in the page').toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

export type PageName = 'Home' | 'Data' | 'Tokenizer' | 'Codebooks' | 'Recommender' | 'Demo' | 'Settings';

/** Opens the workbench at the page of data and waits for the worker's first answer. */
export async function openWorkbench(page: Page): Promise<void> {
  await page.goto('/#/data');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** Goes to a page by the rail at the left. */
export async function goTo(page: Page, name: PageName): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

export async function chooseTheme(page: Page, theme: 'Light' | 'Dark'): Promise<void> {
  await page.getByRole('radio', { name: theme }).check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase());
}

/** Paths of all pages, as the rail links to them. */
export async function pagePaths(page: Page): Promise<readonly string[]> {
  const links = page.getByRole('navigation', { name: 'Pages' }).locator('a');
  return links.evaluateAll((all) => all.map((link) => (link.getAttribute('href') ?? '').replace(/^#|\?.*$/g, '')));
}

/** Opens a page by its address and waits until it is drawn. */
export async function openPath(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, path);
  await expect(page.locator(`.rail [aria-current="page"][href^="#${path}"]`)).toHaveCount(1);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** axe finds nothing on the page as it is now. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  // A colour that is still fading is not the colour that is read.
  await page.evaluate(() =>
    Promise.all(
      document.getAnimations().map((animation) =>
        // One that is cancelled is over as well.
        animation.effect?.getTiming().iterations === Number.POSITIVE_INFINITY
          ? null
          : animation.finished.catch(() => null),
      ),
    ),
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary})`).join('; ')}`,
  );
  expect(found, `axe on ${where}`).toEqual([]);
}

/** First and newest value of a curve, as its caption says them; smoothed where the curve is. */
export async function curveEnds(page: Page, key: string): Promise<{ readonly first: number; readonly last: number }> {
  const caption = page.locator(`[data-curve="${key}"]`);
  return {
    first: Number(await caption.locator('.chart-first').innerText()),
    last: Number(await caption.locator('.chart-last').innerText()),
  };
}
