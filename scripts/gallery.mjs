// Pictures of every page and figure in both themes, from the built page and the runs that come with Tessera: nothing is
// trained. `npm run gallery [-- --out <folder>]` writes PNG files and an index, docs/gallery by default.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../e2e/harness/browsers.mjs';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs/gallery' } } });
const VIEWPORT = { width: 1440, height: 900 };
const THEMES = ['light', 'dark'];
/** What a page needs before it is worth a picture. */
const PAGES = [
  { name: 'data', title: 'Data', route: '/data' },
  { name: 'tokenizer', title: 'Tokenizer', route: '/tokenizer', figures: true },
  { name: 'codebooks', title: 'Codebooks', route: '/codebooks', figures: true },
  {
    name: 'codebooks-picked',
    title: 'Codebooks, items picked and another tokenizer',
    route: '/codebooks',
    figures: [/^Code paths/, 'Map of items'],
    prepare: async (page) => {
      const map = page.getByRole('region', { name: 'Map of items' });
      await map.getByRole('button', { name: /^nature: / }).click();
      await page.getByLabel('Beside').selectOption({ label: 'TIGER, sample, seed 2' });
      await page.getByRole('figure', { name: /^Code paths, TIGER, sample, seed 2/ }).waitFor({ timeout: 120_000 });
    },
    leave: async (page) => page.getByRole('button', { name: /^Remove \d+ items/ }).click(),
  },
  { name: 'recommender', title: 'Recommender', route: '/recommender', figures: true },
  {
    name: 'compare',
    title: 'Compare',
    route: '/compare',
    figures: true,
    prepare: async (page) => {
      const all = page.getByRole('button', { name: 'Compare those that come with Tessera' });
      if (await all.isVisible()) await all.click();
      await page.locator('.results-table').first().waitFor({ timeout: 120_000 });
      await page.getByRole('figure', { name: 'Significance, all pairs' }).waitFor({ timeout: 120_000 });
      await page.locator('.is-busy').first().waitFor({ state: 'detached', timeout: 120_000 });
    },
  },
  {
    name: 'demo',
    title: 'Demo',
    route: '/demo',
    figures: true,
    prepare: async (page) => {
      await page.getByRole('list', { name: 'Users found' }).getByRole('button').nth(4).click();
      await settle(page);
      await page.getByText('Opening the search').waitFor({ state: 'hidden', timeout: 120_000 });
    },
  },
  {
    name: 'demo-mirrored',
    title: 'Demo, two models',
    route: '/demo',
    figures: ['Beam through the trie'],
    prepare: async (page) => {
      await page.getByRole('list', { name: 'Users found' }).getByRole('button').nth(4).click();
      await page.getByRole('checkbox', { name: /^SASRec/ }).check();
      await page.getByLabel('Mirrored by').selectOption({ label: 'TIGER, sample, seed 2' });
      await page.getByText(/items were found by both/).waitFor({ timeout: 120_000 });
    },
  },
  {
    name: 'demo-presentation',
    title: 'Demo, presentation',
    route: '/demo',
    prepare: async (page) => {
      await page.getByRole('list', { name: 'Users found' }).getByRole('button').nth(4).click();
      await settle(page);
      await page.getByRole('button', { name: 'Present', exact: true }).click();
    },
    leave: (page) => page.keyboard.press('Escape'),
  },
  {
    name: 'reports',
    title: 'Reports',
    route: '/reports',
    prepare: async (page) => {
      for (const name of ['Ablation', 'Codebook audit']) {
        await page.getByText('New report').first().click();
        await page.getByRole('button', { name }).click();
      }
    },
  },
  { name: 'settings', title: 'Settings', route: '/settings' },
  {
    name: 'mtgrec-recommender',
    title: 'MTGRec, curriculum',
    route: '/compare',
    figures: [/^(Curriculum|Stage)/],
    prepare: (page) => showRun(page, 'MTGRec, sample', '/recommender'),
  },
  {
    name: 'mtgrec-tokenizer',
    title: 'MTGRec, code drift',
    route: '/tokenizer',
    figures: [/^Code drift/],
  },
  {
    name: 'utgrec-tokenizer',
    title: 'UTGRec, tokenizer',
    route: '/compare',
    figures: [/^Code use/],
    prepare: (page) => showRun(page, 'UTGRec, sample', '/tokenizer'),
  },
  {
    name: 'utgrec-gallery',
    title: 'UTGRec, items read back from their codes',
    route: '/tokenizer',
    prepare: async (page) => {
      const gallery = page.getByRole('region', { name: 'Reconstruction gallery' });
      await gallery.getByRole('button', { name: /^Read \d+ items back/ }).click();
      await gallery
        .getByRole('img', { name: /^Picture decoded/ })
        .first()
        .waitFor({ timeout: 120_000 });
      await gallery.scrollIntoViewIfNeeded();
    },
  },
];

/** Shows another of the runs that come along on all pages, and goes to one of them. */
async function showRun(page, name, route) {
  await page
    .getByRole('row', { name: new RegExp(`^${name}`) })
    .locator('summary')
    .click();
  await page.getByRole('button', { name: 'Show on all pages' }).click();
  const notice = page.getByText(`Opened ${name}`);
  await notice.waitFor({ timeout: 120_000 });
  await notice.locator('..').getByRole('button').click();
  await page.evaluate((to) => {
    location.hash = to;
  }, route);
}

/** Whether a page's figure is wanted: all of them, or those of a list. */
const isWanted = (figures, label) => figures === true || figures.some((one) => one === label || one.test?.(label));

const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);

/** Waits until nothing has changed on the page for a moment. */
async function settle(page) {
  await page.waitForLoadState('networkidle');
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        let timer = setTimeout(resolve, 1500);
        new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(resolve, 1500);
        }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        setTimeout(resolve, 20_000);
      }),
  );
}

async function picture(page, theme, name, target = page) {
  const file = `${name}-${theme}.png`;
  await target.screenshot({ path: path.join(values.out, file), animations: 'disabled' });
  return file;
}

async function takeAll(browser, address, theme) {
  const taken = [];
  const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: theme, reducedMotion: 'reduce' });
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(address);
  await settle(page);
  taken.push({ title: 'Home, first visit', name: 'first-visit', file: await picture(page, theme, 'first-visit') });
  await page.getByRole('button', { name: 'Show the trained sample' }).first().click();
  await page.getByText(/^Opened TIGER/).waitFor();
  await page
    .getByText(/^Opened TIGER/)
    .locator('..')
    .getByRole('button')
    .click();
  for (const { name, title, route, figures, prepare, leave } of PAGES) {
    await page.goto(`${address}#${route}`);
    await settle(page);
    await prepare?.(page);
    await settle(page);
    taken.push({ title, name, file: await picture(page, theme, name) });
    for (const figure of figures ? await page.getByRole('figure').all() : []) {
      const label = (await figure.getAttribute('aria-label')) ?? (await figure.innerText()).split('\n')[0];
      if (!label || !isWanted(figures, label) || !(await figure.isVisible())) continue;
      const id = `figure-${name}-${slug(label)}`;
      taken.push({ title: `${title}: ${label}`, name: id, file: await picture(page, theme, id, figure) });
    }
    await leave?.(page);
  }
  await page.close();
  return taken;
}

const executablePath = findChromium();
if (executablePath === null) throw new Error('gallery: no Chromium on PATH; install chromium.');
await rm(values.out, { recursive: true, force: true });
await mkdir(values.out, { recursive: true });
await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 0 } });
const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
try {
  const address = server.resolvedUrls.local[0];
  const [light, dark] = [await takeAll(browser, address, THEMES[0]), await takeAll(browser, address, THEMES[1])];
  const darkOf = new Map(dark.map(({ name, file }) => [name, file]));
  const rows = light.map(
    ({ title, name, file }) =>
      `## ${title}\n\n| light | dark |\n|---|---|\n| ![${title}, light](${file}) | ![${title}, dark](${darkOf.get(name) ?? file}) |\n`,
  );
  await writeFile(
    path.join(values.out, 'README.md'),
    `# Gallery\n\nEvery page and figure with the runs that come with Tessera (simulated behaviour over public-domain pictures), in both themes. Made by \`npm run gallery\`.\n\n${rows.join('\n')}`,
  );
  console.log(`${light.length + dark.length} pictures in ${values.out}`);
} finally {
  await browser.close();
  await server.close();
}
