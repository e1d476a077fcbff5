// What journeys ask of a figure: its tables on the page, in CSV and in LaTeX say the same, its SVG stands alone.
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect } from './workbench';

/** Saves one entry of a figure's export menu. @returns the file's text */
export async function exported(page: Page, panel: Locator, entry: string | RegExp): Promise<string> {
  await panel.locator('.export-menu summary').click();
  const download = page.waitForEvent('download');
  await panel.locator('.export-list').getByRole('button', { name: entry }).click();
  return readFile(await (await download).path(), 'utf8');
}

/** Cells of our own CSV files: quoted text or plain numbers, lines end with CR LF. */
export const csvRows = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/"((?:[^"]|"")*)"|([^,"]+)|(?<=^|,)(?=,|$)/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );

const latexRows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.endsWith('\\\\'))
    .map((line) =>
      line
        .slice(0, -2)
        .split(' & ')
        .map((cell) =>
          cell
            .trim()
            .replace(/^\$(-.*)\$$/, '$1')
            .replace('$\\rightarrow$', '→')
            .replace(/^--$/, ''),
        ),
    );

/**
 * The first table of a figure, row by row, equal on the page, in CSV and in LaTeX; and its SVG carries `words`.
 * @param entry tells the CSV entry from others, empty for a figure of one table
 */
export async function expectSameNumbers(page: Page, panel: Locator, entry: string, words: RegExp): Promise<void> {
  const suffix = entry === '' ? '$' : `: ${entry}$`;
  const csv = csvRows(await exported(page, panel, new RegExp(`^CSV${suffix}`)));
  const latex = latexRows(await exported(page, panel, new RegExp(`^LaTeX${suffix}`)));
  const svg = await exported(page, panel, /^SVG, full page/);
  expect(svg).toMatch(/<svg [^>]*width="174mm"/);
  expect(svg).toMatch(words);
  await panel.getByRole('radio', { name: 'Table', exact: true }).check();
  const shown = await panel
    .locator('.figure-table tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText)));
  // The page groups thousands and writes a dash for what is missing.
  const plain = shown.map((row) =>
    row.map((cell) => (cell === '–' ? '' : cell.replace(/^-?[\d,]+$/, (n) => n.replaceAll(',', '')))),
  );
  expect(csv.length).toBeGreaterThan(1);
  expect(csv.slice(1, 1 + plain.length)).toEqual(plain);
  expect(latex.slice(1)).toEqual(csv.slice(1));
  await panel.getByRole('radio', { name: 'Figure', exact: true }).check();
}
