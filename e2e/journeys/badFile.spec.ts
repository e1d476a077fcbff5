// Files that cannot be read: a sentence, a next action, a code; and nothing half-opened.
import { gzipSync } from 'node:zlib';
import { expect, openWorkbench, test } from './workbench';

const jsonl = (name: string, lines: readonly string[]) => ({
  name,
  mimeType: 'application/gzip',
  buffer: gzipSync(lines.join('\n')),
});
const ITEMS = jsonl(
  'items.jsonl.gz',
  [0, 1, 2, 3].map((id) => JSON.stringify({ id, title: `Item ${id}` })),
);
const SEQUENCES = jsonl(
  'sequences.jsonl.gz',
  ['a', 'b'].map((user) => JSON.stringify({ user, items: [0, 1, 2, 3] })),
);

test('a malformed line is refused with file, line, what to do and a code', async ({ page }) => {
  await openWorkbench(page);
  const broken = jsonl('items.jsonl.gz', [
    '{"id": 0, "title": "Item 0"}',
    'this is no JSON',
    '{"id": 2, "title": "Item 2"}',
  ]);
  await page.locator('input[type="file"]').setInputFiles([broken, SEQUENCES]);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('items.jsonl.gz');
  await expect(alert).toContainText(/line 2/);
  await expect(alert.locator('.error-code')).toHaveText(/^[a-z]+\/\w+/);
  await expect(alert.locator('.error-next')).not.toBeEmpty();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await alert.getByRole('button', { name: 'Copy details' }).click();
  const details = await page.evaluate(() => navigator.clipboard.readText());
  expect(details).toMatch(/^Code: [a-z]+\/\w+$/m);
  expect(details).toMatch(/^Message: .*items\.jsonl\.gz/m);
  expect(details).toMatch(/^Adapter: .+ \(software\), buffers to \d+ B/m);
  await expect(page.getByRole('region', { name: /^Summary of/ })).toHaveCount(0);

  await page.locator('input[type="file"]').setInputFiles([ITEMS, SEQUENCES]);
  await expect(page.getByRole('region', { name: /^Summary of/ })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('files dropped on the page without the catalogue are refused by name', async ({ page }) => {
  await openWorkbench(page);
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['hello'], 'notes.txt'));
    return data;
  });
  await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer: transfer });
  await expect(page.getByRole('alert')).toContainText('items.jsonl.gz');
});

test('markup in titles is shown as text', async ({ page }) => {
  await openWorkbench(page);
  const domain = '<img src=x onerror=alert(1)>';
  page.on('dialog', () => expect('a dialog').toBe('never opened'));
  const items = jsonl(
    'items.jsonl.gz',
    [0, 1, 2, 3].map((id) => JSON.stringify({ id, title: `<b>${id}</b>`, domain })),
  );
  await page.locator('input[type="file"]').setInputFiles([items, SEQUENCES]);
  await expect(page.getByRole('rowheader', { name: domain })).toBeVisible();
});
