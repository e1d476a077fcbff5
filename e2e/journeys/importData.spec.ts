// Data sets from files into the workspace and on to training; by mouse and by keyboard; hostile text; axe.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cardOf, chooseFiles, countsOf, dataFolder, nameAndImport, shownCounts, smallFolder } from './importing';
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test } from './workbench';

const FOLDERS = [
  ['amazon18-scientific', ['items.jsonl.gz', 'sequences.jsonl.gz']],
  ['movielens-posters', ['items.jsonl.gz', 'sequences.jsonl.gz', 'posters.bin', 'posters.json']],
] as const;

test('two public data sets come in from files with the published counts, pictures and all', async ({ page }) => {
  const folders = FOLDERS.map(([name, files]) => ({ name, files, folder: dataFolder(name) }));
  test.skip(
    folders.some(({ folder }) => folder === null),
    'the real data sets are not here',
  );
  await openWorkbench(page);
  for (const { name, files, folder } of folders) {
    await chooseFiles(
      page,
      files.map((file) => path.join(folder ?? '', file)),
    );
    await nameAndImport(page, name);
    const stats = JSON.parse(readFileSync(path.join(folder ?? '', 'stats.json'), 'utf8'));
    expect(await countsOf(page, name), name).toEqual([stats.users, stats.items, stats.interactions]);
    await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
  }

  await test.step('pictures are shown, items are found by words', async () => {
    await cardOf(page, 'movielens-posters').getByRole('button', { name: 'Browse', exact: true }).click();
    const table = page.getByRole('table', { name: 'Items of movielens-posters' });
    await expect(table).toHaveAttribute('aria-rowcount', '9743');
    await expect
      .poll(() =>
        table
          .locator('img')
          .evaluateAll(
            (all) => all.filter((image) => 'naturalWidth' in image && Number(image.naturalWidth) > 0).length,
          ),
      )
      .toBeGreaterThan(5);
    await page.getByRole('searchbox', { name: 'Search items' }).fill('toy story');
    await expect(page.getByText(/^\d items found$/)).toBeVisible();
    await table.getByRole('button').first().click();
    await expect(page.getByRole('complementary', { name: 'Item' }).locator('img')).toBeVisible();
    await page.getByRole('radio', { name: 'Users' }).first().check();
    await page.getByRole('table', { name: 'Users of movielens-posters' }).getByRole('button').first().click();
    await expect(page.getByRole('complementary', { name: 'User' }).getByRole('listitem').first()).toBeVisible();
  });

  await test.step('rules show what they leave before they are built', async () => {
    await cardOf(page, 'amazon18-scientific').getByRole('button', { name: 'Shape' }).click();
    const trains = page.getByRole('row', { name: /^Trains / });
    await expect(trains).toContainText('58,492');
    await page.getByRole('spinbutton', { name: 'Fewest events of an item' }).fill('20');
    await expect(trains).not.toContainText('58,492');
    // Nothing is built yet.
    expect(await countsOf(page, 'amazon18-scientific')).toEqual([8317, 4344, 58_492]);
  });

  await test.step('domains are compared', async () => {
    const overlap = page.getByRole('region', { name: 'Overlap of users' });
    await expect(overlap.getByRole('row', { name: /^amazon18-scientific 8,317/ })).toBeVisible();
  });

  await test.step('axe finds nothing, and what is marked trains', async () => {
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme);
      await expectAccessible(page, `Data with domains, ${theme}`);
    }
    await cardOf(page, 'movielens-posters').getByRole('checkbox', { name: 'Train on this' }).uncheck();
    await page.getByRole('button', { name: 'Use amazon18-scientific for training' }).click();
    await expect(page.getByRole('region', { name: 'Summary of amazon18-scientific' })).toContainText('58,492');
    await goTo(page, 'Tokenizer');
    await expect(page.getByRole('button', { name: 'Train the tokenizer' })).toBeEnabled();
  });

  await test.step('a deleted domain can be put back', async () => {
    await goTo(page, 'Data');
    await cardOf(page, 'movielens-posters').getByRole('button', { name: 'Delete movielens-posters' }).click();
    await expect(cardOf(page, 'movielens-posters')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(cardOf(page, 'movielens-posters')).toBeVisible();
  });

  await test.step('a reload keeps the workspace and what was chosen', async () => {
    await page.reload();
    await expect(cardOf(page, 'movielens-posters')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Summary of amazon18-scientific' })).toBeVisible();
  });
});

const OTHERS = [
  'amazon14-beauty',
  'amazon14-sports',
  'amazon14-toys',
  'amazon18-games',
  'amazon18-instruments',
  'openclipart',
];

test('the other public folders come in whole, with the counts of their stats.json', async ({ page }) => {
  const folders = OTHERS.map((name) => ({ name, folder: dataFolder(name) }));
  test.skip(
    folders.some(({ folder }) => folder === null),
    'the real data sets are not here',
  );
  await openWorkbench(page);
  for (const { name, folder } of folders) {
    const files = readdirSync(folder ?? '').filter((file) => !/^(README\.md|stats\.json)$/.test(file));
    await chooseFiles(
      page,
      files.map((file) => path.join(folder ?? '', file)),
    );
    await nameAndImport(page, name);
    const { users, items, interactions } = JSON.parse(readFileSync(path.join(folder ?? '', 'stats.json'), 'utf8'));
    const want = [users ?? 0, items, interactions ?? 0];
    await expect.poll(() => shownCounts(page, name), { message: name, timeout: 120_000 }).toEqual(want);
    await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
  }
});

test('an import needs no mouse', async ({ page }) => {
  await openWorkbench(page);
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      // What holds everything says everything.
      if (!element?.matches('button, a, input, select, summary')) return '';
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      return [element?.textContent, ...labels.map((label) => label.textContent)].join(' ').trim();
    });
  const tabTo = async (text: RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      if (text.test(await focused())) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no ${text} within 60 presses of Tab`);
  };
  await tabTo(/^Import data/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Import', exact: true })).toBeVisible();
  // The wizard has the focus, so its own picker is the first that says so.
  await tabTo(/Choose files/);
  const picker = page.waitForEvent('filechooser', { timeout: 30_000 });
  // Keys may reach the page before the order to catch the picker does; a question asked of the page waits for both.
  await page.evaluate(() => document.hasFocus());
  await page.keyboard.press('Space');
  const files = smallFolder().filter((file) => typeof file !== 'string');
  await (await picker).setFiles(files);
  await tabTo(/^Import$/);
  await page.keyboard.press('Enter');
  expect(await countsOf(page, 'My domain')).toEqual([30, 20, 210]);
});

const CALLS = ['alert(1)', 'confirm`1`', 'top.alert(1)', 'import("data:text/javascript,alert(1)")'];
const SHELLS: readonly ((call: string) => string)[] = [
  (call) => `<img src=x onerror=${call}>`,
  (call) => `"><script>${call}</script>`,
  (call) => `<svg/onload=${call}>`,
  (call) => `<iframe srcdoc="<script>parent.${call}</script>">`,
  (call) => `<body onpageshow=${call}>`,
  (call) => `<details open ontoggle=${call}>`,
  (call) => `<a href="javascript:${call}" autofocus onfocus=${call}>x</a>`,
  (call) => `<math><mtext><script>${call}</script></mtext></math>`,
  (call) => `<style>@import "javascript:${call}"</style>`,
  (call) => `<template><img src=x onerror=${call}></template>`,
  (call) => `<object data="javascript:${call}"> <embed src="javascript:${call}">`,
  (call) => `<form action="javascript:${call}"> <button>x</button> </form>`,
  (call) => `{{constructor.constructor("${call}")()}}`,
  (call) => `\u202e${call}\u2066<b>`,
];
const TWISTS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.replaceAll(' ', '\u000c'),
  (text) => `</td></title></textarea>${text}`,
];
/** Ways to run a script, if texts were taken for markup. */
const PAYLOADS = [
  ...new Set(CALLS.flatMap((call) => SHELLS.flatMap((shell) => TWISTS.map((twist) => twist(shell(call)))))),
];

test('markup in texts, columns and file names is text', async ({ page }) => {
  page.on('dialog', () => expect('a dialog').toBe('never opened'));
  await openWorkbench(page);
  const payload = (index: number): string => PAYLOADS[index] ?? '';
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const header = `user_id,item_id,title,brand,${payload(0)}`;
  const items = PAYLOADS.length;
  // Every user meets six items, every item six users.
  const rows = Array.from({ length: 6 * items }, (_, row) => {
    const item = row % items;
    const text = quoted(payload(item));
    return `u${(item + 31 * Math.floor(row / items)) % items},${text},${text},${text},x`;
  });
  const csv = {
    name: '<img src=x onerror=alert(1)>.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from([header, ...rows].join('\n')),
  };
  await chooseFiles(page, [csv]);
  await expect(page.getByRole('rowheader', { name: '<img src=x onerror=alert(1)>' })).toBeVisible();
  await expectAccessible(page, 'the column mapper');
  await page.getByRole('button', { name: 'Next' }).click();
  await nameAndImport(page, payload(1));
  await expect(cardOf(page, payload(1))).toBeVisible({ timeout: 60_000 });
  await cardOf(page, payload(1)).getByRole('button', { name: 'Browse', exact: true }).click();
  const table = page.getByRole('table', { name: /^Items of/ });
  await expect(table.getByRole('button').first()).toBeVisible();
  await expect(table).toHaveAttribute('aria-rowcount', String(items + 1));
  const seen = new Set<string>();
  for (let top = 0; seen.size < items && top < 60 * items; top += 400) {
    await table.evaluate((box, at) => box.scrollTo(0, at), top);
    for (const text of await table.locator('.id-cell').allTextContents()) seen.add(text);
  }
  expect([...seen].sort()).toEqual([...PAYLOADS].sort());
  expect(await table.locator('script, iframe, svg[onload], img[src="x"], a, style, details').count()).toBe(0);
});
