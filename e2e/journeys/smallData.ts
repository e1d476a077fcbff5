// A data set small enough to train on within seconds: titles of words, walks through the catalogue, two domains.
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect } from './workbench';

const ADJECTIVES = 'red blue old small loud quiet round steel paper golden hollow northern'.split(' ');
const NOUNS = 'drum flute lamp chair kettle rope bridge lantern map globe anchor mirror clock ladder'.split(' ');
const jsonl = (values: readonly object[]): Buffer => gzipSync(values.map((value) => JSON.stringify(value)).join('\n'));

export const SMALL_ITEMS = ADJECTIVES.length * NOUNS.length;
export const SMALL_USERS = 90;

/** Opens the data set in the page's drop zone. */
export async function openSmallData(page: Page): Promise<void> {
  const items = ADJECTIVES.flatMap((adjective) =>
    NOUNS.map((noun, at) => ({
      id: `${adjective}-${noun}`,
      title: `${adjective} ${noun}`,
      domain: at < NOUNS.length / 2 ? 'Music' : 'Travel',
    })),
  );
  const sequences = Array.from({ length: SMALL_USERS }, (_, user) => ({
    user: `u${user}`,
    items: Array.from({ length: 5 + (user % 4) }, (_unused, step) => items[(user * 17 + step * 5) % SMALL_ITEMS]?.id),
  }));
  const file = (name: string, values: readonly object[]) => ({
    name,
    mimeType: 'application/gzip',
    buffer: jsonl(values),
  });
  await page
    .locator('.drop-zone input[type="file"]')
    .setInputFiles([file('items.jsonl.gz', items), file('sequences.jsonl.gz', sequences)]);
  await expect(page.getByRole('region', { name: /^Summary of/ })).toContainText(String(SMALL_ITEMS));
}
