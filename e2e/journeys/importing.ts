// What the journeys of the data page share: files to import, and the wizard in a user's words.

import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { realDataFolder } from '../../test/fixtures/byteStreams';
import { expect } from './workbench';

/** The folder of one real data set, or null where they are not. */
export function dataFolder(name: string): string | null {
  const folder = realDataFolder();
  return folder === null ? null : path.join(folder, name);
}

export type Upload = string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };

export const jsonl = (name: string, rows: readonly object[]): Upload => ({
  name,
  mimeType: 'application/gzip',
  buffer: gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')),
});

/** A small catalogue that the 5-core keeps whole. */
export function smallFolder(titleOf: (item: number) => string = (item) => `Item ${item}`): Upload[] {
  const items = Array.from({ length: 20 }, (_, id) => ({ id, title: titleOf(id) }));
  const users = Array.from({ length: 30 }, (_, user) => ({
    user,
    items: Array.from({ length: 6 + (user % 3) }, (_unused, t) => (user * 7 + t * 3) % 20),
  }));
  return [jsonl('items.jsonl.gz', items), jsonl('sequences.jsonl.gz', users)];
}

/** Puts files into the wizard as the file picker would. */
export async function chooseFiles(page: Page, files: readonly Upload[]): Promise<void> {
  await page.getByRole('button', { name: 'Import data' }).click();
  const paths = files.filter((file) => typeof file === 'string');
  const buffers = files.filter((file) => typeof file !== 'string');
  await page
    .locator('.import-wizard input[type="file"]')
    .first()
    .setInputFiles(paths.length > 0 ? paths : buffers);
}

/** Goes through the wizard's last step. */
export async function nameAndImport(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Domain name' }).fill(name);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
}

export const cardOf = (page: Page, name: string) => page.getByRole('article', { name: `Domain ${name}` });

/** The card's count of users, items and interactions. */
export async function countsOf(page: Page, name: string): Promise<readonly number[]> {
  const card = cardOf(page, name);
  await expect(card.getByRole('checkbox', { name: 'Train on this' })).toBeVisible({ timeout: 120_000 });
  return shownCounts(page, name);
}

/** What the card shows of these counts at this moment; empty while there is none. */
export async function shownCounts(page: Page, name: string): Promise<readonly number[]> {
  const cells = await cardOf(page, name).locator('.count-here').allInnerTexts();
  return cells.map((text) => Number(text.replaceAll(',', '')));
}
