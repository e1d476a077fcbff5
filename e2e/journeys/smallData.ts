// A data set small enough to train on within seconds: titles of words, walks through the catalogue, two domains, and if
// asked for a picture of every item: the adjective is its colour, the noun its stripe.
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, goTo, openWorkbench } from './workbench';

const ADJECTIVES = 'red blue old small loud quiet round steel paper golden hollow northern'.split(' ');
const NOUNS = 'drum flute lamp chair kettle rope bridge lantern map globe anchor mirror clock ladder'.split(' ');
const jsonl = (values: readonly object[]): Buffer => gzipSync(values.map((value) => JSON.stringify(value)).join('\n'));

export const SMALL_ITEMS = ADJECTIVES.length * NOUNS.length;
export const SMALL_USERS = 90;

const PICTURE_SIDE = 16;

/** A part of a PNG file: length, name, bytes, checksum. */
function chunk(name: string, bytes: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), bytes]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(bytes.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A square PNG, RGB, 8 bits. */
function picture(adjective: number, noun: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(PICTURE_SIDE, 0);
  header.writeUInt32BE(PICTURE_SIDE, 4);
  header.set([8, 2], 8);
  const rows = Array.from({ length: PICTURE_SIDE }, (_, y) => {
    const isStripe = y === noun;
    const pixel = isStripe ? [0, 0, 0] : [40 + adjective * 17, 255 - adjective * 19, (adjective * 83) % 256];
    return [0, ...Array.from({ length: PICTURE_SIDE }, () => pixel).flat()];
  });
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Pictures back to back and their index. */
function picturePack(ids: readonly string[]): { readonly bytes: Buffer; readonly index: object } {
  const pictures = ids.map((_, item) => picture(Math.floor(item / NOUNS.length), item % NOUNS.length));
  let offset = 0;
  const places = pictures.map(({ length }) => {
    offset += length;
    return [offset - length, length] as const;
  });
  const index = Object.fromEntries(ids.map((id, item) => [id, places[item]]));
  const size = { width: PICTURE_SIDE, height: PICTURE_SIDE, format: 'png' };
  return { bytes: Buffer.concat(pictures), index: { ...size, count: ids.length, bytes: offset, index } };
}

/** What the domains are called; with others than these two every user stays within one of them. */
const DOMAINS: readonly string[] = ['Music', 'Travel'];

/** Opens the data set in the page's drop zone. */
export async function openSmallData(page: Page, hasPictures = false, domains = DOMAINS): Promise<void> {
  const items = ADJECTIVES.flatMap((adjective) =>
    NOUNS.map((noun, at) => ({
      id: `${adjective}-${noun}`,
      title: `${adjective} ${noun}`,
      domain: domains[Math.floor((at * domains.length) / NOUNS.length)] ?? '',
    })),
  );
  const walked = (user: number) =>
    domains === DOMAINS ? items : items.filter(({ domain }) => domain === domains[user % domains.length]);
  const sequences = Array.from({ length: SMALL_USERS }, (_, user) => ({
    user: `u${user}`,
    items: Array.from({ length: 5 + (user % 4) }, (_unused, step) => {
      const own = walked(user);
      return own[(user * 17 + step * 5) % own.length]?.id;
    }),
  }));
  const file = (name: string, values: readonly object[]) => ({
    name,
    mimeType: 'application/gzip',
    buffer: jsonl(values),
  });
  const pack = () => {
    const { bytes, index } = picturePack(items.map(({ id }) => id));
    return [
      { name: 'images.bin', mimeType: 'application/octet-stream', buffer: bytes },
      { name: 'images.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(index)) },
    ];
  };
  await page
    .locator('.drop-zone input[type="file"]')
    .setInputFiles([
      file('items.jsonl.gz', items),
      file('sequences.jsonl.gz', sequences),
      ...(hasPictures ? pack() : []),
    ]);
  await expect(page.getByRole('region', { name: /^Summary of/ })).toContainText(String(SMALL_ITEMS));
}

/** Opens the workbench with the data set and a small tokenizer's draft, at the page that trains it. */
export async function openSmallDraft(page: Page, epochs: number): Promise<void> {
  await openWorkbench(page);
  await openSmallData(page);
  await goTo(page, 'Tokenizer');
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('test');
  await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill(String(epochs));
}

/** Trains a small tokenizer on it to the end, then begins a recommender that no test outlasts. */
export async function beginLongTraining(page: Page): Promise<void> {
  await goTo(page, 'Tokenizer');
  await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill('3');
  await page.getByRole('button', { name: 'Train the tokenizer' }).click();
  await expect(page.getByRole('button', { name: 'Train anew' })).toBeVisible({ timeout: 60_000 });
  await goTo(page, 'Recommender');
  await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill('5000');
  await page.getByRole('textbox', { name: 'Validate every' }).fill('5000');
  await page.getByRole('button', { name: 'Train the recommender' }).click();
}
