// Imports that go wrong: bad rows, poisoned keys, a bomb, full storage, a killed tab. Nothing is lost, nothing half-read trains.
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { cardOf, chooseFiles, countsOf, jsonl, nameAndImport, smallFolder } from './importing';
import { expect, openWorkbench, test } from './workbench';

const manyUsers = (count: number) =>
  Array.from({ length: count }, (_, user) => ({
    user,
    items: Array.from({ length: 6 }, (_unused, t) => (user * 7 + t * 3) % 20),
  }));

test('more than one bad row in a hundred stops the import and asks', async ({ page }) => {
  await openWorkbench(page);
  const [items] = smallFolder();
  // Every tenth user has no list.
  const users = manyUsers(60).map((user, index) => (index % 10 === 9 ? { ...user, items: 'none' } : user));
  await chooseFiles(page, items === undefined ? [] : [items, jsonl('sequences.jsonl.gz', users)]);
  await nameAndImport(page, 'Damaged');
  const job = page.getByRole('region', { name: 'Import of Damaged' });
  await expect(job.getByRole('alert')).toContainText('More than 1 % of the rows are bad');
  const first = job.getByRole('region', { name: 'Bad rows' }).getByRole('row').nth(1);
  await expect(first).toContainText('sequences.jsonl.gz');
  await expect(first.getByRole('cell').first()).toHaveText('10');
  await expect(first).toContainText('"none"');
  // Not a domain yet: nothing half-read can be trained on.
  await expect(cardOf(page, 'Damaged')).toHaveCount(0);
  await job.getByRole('button', { name: 'Leave bad rows out and go on' }).click();
  expect(await countsOf(page, 'Damaged')).toEqual([54, 20, 324]);
});

test('poisoned keys are bad rows, a bomb ends the import, and nothing of it trains', async ({ page }) => {
  await openWorkbench(page);
  const [items, sequences] = smallFolder();
  if (typeof items !== 'object' || typeof sequences !== 'object') throw new Error('smallFolder gives buffers');
  const text = gunzipSync(items.buffer).toString();
  const poisoned = `${text}\n{"id":20,"title":"x","__proto__":{"isPoisoned":true}}\n`;
  await chooseFiles(page, [{ ...items, buffer: gzipSync(poisoned) }, jsonl('sequences.jsonl.gz', manyUsers(400))]);
  await nameAndImport(page, 'Poisoned');
  expect(await countsOf(page, 'Poisoned')).toEqual([400, 20, 2400]);
  await cardOf(page, 'Poisoned').getByRole('button', { name: 'Browse', exact: true }).click();
  await page.getByRole('radio', { name: 'Origin' }).check();
  const detail = page.getByRole('region', { name: 'Poisoned', exact: true });
  await expect(detail.getByRole('region', { name: 'Bad rows' })).toContainText('__proto__');

  // Good lines, then 64 MiB of blanks that pack into 64 KB.
  const bomb = gzipSync(Buffer.concat([Buffer.from(`${text}\n`), Buffer.alloc(2 ** 26, ' ')]));
  await chooseFiles(page, [{ ...items, buffer: bomb }, sequences]);
  await nameAndImport(page, 'Bomb');
  const job = page.getByRole('region', { name: 'Import of Bomb' });
  await expect(job.getByRole('alert')).toContainText('items.jsonl.gz');
  await expect(job.getByRole('alert')).toContainText(/unpack|ratio|inflat/i);
  await expect(cardOf(page, 'Bomb')).toHaveCount(0);
  await job.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(job).toHaveCount(0);
  await page.reload();
  await expect(cardOf(page, 'Poisoned')).toBeVisible();
  await expect(job).toHaveCount(0);
});

test('files of no known format are named', async ({ page }) => {
  await openWorkbench(page);
  await chooseFiles(page, [{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }]);
  await expect(page.getByRole('alert')).toContainText('notes.txt');
});

test('storage that fills on the way stops the import and keeps what is there', async ({ page, context }) => {
  await openWorkbench(page);
  const protocol = await context.newCDPSession(page);
  const origin = new URL(page.url()).origin;
  const limitTo = (quotaSize: number | null) =>
    protocol.send('Storage.overrideQuotaForOrigin', quotaSize === null ? { origin } : { origin, quotaSize });
  // Eight megabytes that begin as pictures do. This browser holds files to the limit, tables not.
  const bytes = 400_000;
  const pack = Buffer.alloc(20 * bytes);
  for (let item = 0; item < 20; item++) pack.set([0xff, 0xd8, 0xff, item], item * bytes);
  const index = Object.fromEntries(Array.from({ length: 20 }, (_, item) => [item, [item * bytes, bytes]]));
  const indexText = JSON.stringify({ format: 'jpeg', bytes: pack.length, index });
  const files = [
    ...smallFolder(),
    { name: 'images.bin', mimeType: 'application/octet-stream', buffer: pack },
    { name: 'images.json', mimeType: 'application/json', buffer: Buffer.from(indexText) },
  ];
  await limitTo(4_000_000);
  await chooseFiles(page, files);
  await nameAndImport(page, 'Pictures');
  const job = page.getByRole('region', { name: 'Import of Pictures' });
  await expect(job.getByRole('alert')).toContainText('storage is full');
  await expect(cardOf(page, 'Pictures')).toHaveCount(0);
  await limitTo(null);
  await job.getByRole('button', { name: 'Go on' }).click();
  expect(await countsOf(page, 'Pictures')).toEqual([30, 20, 210]);
  await expect(cardOf(page, 'Pictures').locator('.coverage', { hasText: 'Pictures' })).toContainText('100.0%');
});

const USERS = 20_000;
const EVENTS = 60;
const ITEMS = 100_000;

/** A table of 1.2 million events, written once; large enough to be caught in the middle. */
function bigTable(folder: string): string {
  const file = path.join(folder, 'events.csv');
  const lines = ['user_id,item_id,timestamp,comment'];
  for (let event = 0; event < EVENTS; event++)
    for (let user = 0; user < USERS; user++)
      lines.push(
        `user-${user},item-${(user * 31 + event * 97) % ITEMS},${1_500_000_000 + event * 86_400},padding padding`,
      );
  writeFileSync(file, lines.join('\n'));
  return file;
}

test('an import survives a killed tab', async ({ page, context }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-import-'));
  const file = bigTable(folder);
  await openWorkbench(page);
  await test.step('what cannot fit is refused before it begins', async () => {
    // Only its length is large; browsers tell a page of some 10 GB, whatever the disk has.
    const huge = path.join(folder, 'huge.csv');
    copyFileSync(file, huge);
    truncateSync(huge, 30e9);
    await chooseFiles(page, [huge]);
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.getByRole('alert')).toContainText('does not fit');
    await expect(page.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
    await page.getByRole('button', { name: 'Close the import' }).click();
  });

  await chooseFiles(page, [file]);
  await page.getByRole('button', { name: 'Next' }).click();
  await nameAndImport(page, 'Large');
  const job = page.getByRole('region', { name: 'Import of Large' });
  await test.step('it can be paused, and tells how far it is', async () => {
    await page.getByRole('button', { name: 'Pause the import' }).click();
    await expect(job).toContainText('paused');
    await expect(job).toContainText(/\d MB of 5\d MB/);
    const before = await job.locator('.import-numbers').innerText();
    await page.waitForTimeout(700);
    expect(await job.locator('.import-numbers').innerText()).toBe(before);
    await job.getByRole('button', { name: 'Resume' }).click();
    await expect(job).toContainText('reading');
  });

  await page.close({ runBeforeUnload: false });
  const next = await context.newPage();
  await test.step('a tab that dies leaves what was stored; the same file goes on', async () => {
    await openWorkbench(next);
    const left = next.getByRole('region', { name: 'Import of Large' });
    await expect(left).toContainText('The page was closed during this import');
    // Another file is not taken for the one it began with.
    const picker = left.locator('input[type="file"]').first();
    await picker.setInputFiles([
      { name: 'events.csv', mimeType: 'text/csv', buffer: Buffer.from('user_id,item_id\na,b\n') },
    ]);
    await expect(next.getByText(/choose the same files again/).first()).toBeVisible();
    await picker.setInputFiles([file]);
    expect(await countsOf(next, 'Large')).toEqual([USERS, ITEMS, USERS * EVENTS]);
  });

  await test.step('a hundred thousand items can be scrolled and searched', async () => {
    await cardOf(next, 'Large').getByRole('button', { name: 'Browse', exact: true }).click();
    const table = next.getByRole('table', { name: 'Items of Large' });
    await expect(table).toHaveAttribute('aria-rowcount', String(ITEMS + 1));
    await table.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    const last = table.getByRole('row').last();
    await expect(last).toHaveAttribute('aria-rowindex', String(ITEMS + 1));
    await expect(last.getByRole('button')).toBeVisible();
    expect(await table.getByRole('row').count()).toBeLessThan(60);
    await next.getByRole('searchbox', { name: 'Search items' }).fill('item-4321');
    // item-4321 and item-43210 … item-43219
    await expect(next.getByText('11 items found')).toBeVisible();
  });
  rmSync(folder, { recursive: true, force: true });
});
