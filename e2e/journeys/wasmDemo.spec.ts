// A trained model in a browser that gives no WebGPU: opened from one file or as ONNX graphs, it recommends on the processor
// what transformers found with the same weights (models/t5/golden/trained, scripts/golden/huggingFace.py).
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chooseTheme, expect, expectAccessible, goTo, openWorkbench, test, WITHOUT_GPU } from './workbench';

const GOLDEN = 'models/t5/golden';
const ITEMS = 30;

test.use({ launchOptions: WITHOUT_GPU });

/** Items and scores that the library found for the golden's histories, best first. */
function golden(): { histories: number[][]; items: number[][]; scores: number[][] } {
  const { histories, beam_width: width } = JSON.parse(readFileSync(`${GOLDEN}/exported.json`, 'utf8'));
  const file = readFileSync(`${GOLDEN}/exported.safetensors`);
  const headBytes = Number(file.readBigUInt64LE(0));
  const head = JSON.parse(file.subarray(8, 8 + headBytes).toString('utf8'));
  const rows = (name: string): number[][] => {
    const { dtype, data_offsets: offsets } = head[name];
    const bytes = file.subarray(8 + headBytes + offsets[0], 8 + headBytes + offsets[1]);
    const values = Array.from({ length: bytes.length / 4 }, (_, at) =>
      dtype === 'F32' ? bytes.readFloatLE(4 * at) : bytes.readInt32LE(4 * at),
    );
    return histories.map((_: unknown, row: number) => values.slice(row * width, (row + 1) * width));
  };
  return { histories, items: rows('trained:beam_items'), scores: rows('trained:beam_scores') };
}

const jsonl = (values: readonly object[]) => gzipSync(values.map((value) => JSON.stringify(value)).join('\n'));
const title = (item: number): string => `thing number ${item}`;

test('a reviewer without WebGPU opens a .tessera file, then ONNX graphs: recommendations, the beam, a report', async ({
  page,
}) => {
  test.setTimeout(180_000);
  const { histories, items, scores } = golden();
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-wasm-'));
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const tessera = (...argv: string[]): string =>
    execFileSync(process.execPath, ['bin/tessera.mjs', ...argv], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  // Each user's test history is one of the golden's; the item behind it is what the library ranked first for the first user.
  const catalogue = Array.from({ length: ITEMS }, (_, item) => ({ id: `item-${item}`, title: title(item) }));
  const users = histories.map((history, user) => ({
    user: `golden-${user}`,
    items: [...history, items[user]?.[user] ?? 0].map((item) => `item-${item}`),
  }));
  writeFileSync(at('items.jsonl.gz'), jsonl(catalogue));
  writeFileSync(at('sequences.jsonl.gz'), jsonl(users));
  const dataFiles = ['items.jsonl.gz', 'sequences.jsonl.gz'].map((name) => at(name));

  await openWorkbench(page);
  await goTo(page, 'Data');
  await page.locator('.drop-zone input[type="file"]').setInputFiles(dataFiles);
  const hash = await page.locator('.figure-note[title]').first().getAttribute('title');
  expect(hash).toMatch(/^[0-9a-f]{64}$/);

  await test.step('the command line makes a run of the folder that transformers trained, and one file of the run', async () => {
    cpSync(`${GOLDEN}/trained`, at('trained'), { recursive: true });
    const map = readFileSync(at('trained', 'tessera.json'), 'utf8');
    writeFileSync(at('trained', 'tessera.json'), map.replace('7'.repeat(64), hash ?? ''));
    tessera('import-model', at('trained'), '--out', at('run'));
    tessera('export', '--to', 'tessera', '--out', at('run.tessera'), at('run'));
    tessera('export', '--to', 'onnx', '--data', folder, '--out', at('onnx'), at('run'));
  });

  await test.step('a damaged file is refused and says why; nothing is kept', async () => {
    writeFileSync(at('cut.tessera'), readFileSync(at('run.tessera')).subarray(0, -40));
    await page.getByLabel('Open a run').setInputFiles(at('cut.tessera'));
    await expect(page.getByRole('alert')).toContainText('The run could not be opened. read cut.tessera');
    await goTo(page, 'Demo');
    await expect(page.getByRole('heading', { name: 'No trained recommender yet' })).toBeVisible();
  });

  const top = page.getByRole('region', { name: 'Next item, top 10' });
  /** The first user's ten items and their log-probabilities are the library's. */
  const expectGolden = async (user: number): Promise<void> => {
    await page.getByRole('button', { name: new RegExp(`^golden-${user} `) }).click();
    await expect(page.getByRole('region', { name: 'History' })).toContainText(`user golden-${user}`);
    await expect(top).toContainText('on the processor', { timeout: 30_000 });
    // The library searched half as many beams: those it found are among the first, in its order.
    const rows = top.getByRole('listitem');
    await expect(rows).toHaveCount(10);
    const shown = await rows.locator('.item-title').allInnerTexts();
    expect(shown.slice(0, 3)).toEqual(items[user]?.slice(0, 3).map(title));
    const score = await rows.first().locator('.score-log').innerText();
    expect(Number(score.replace(/[^\d.−-]/g, '').replace('−', '-'))).toBeCloseTo(scores[user]?.[0] ?? Number.NaN, 2);
  };

  await test.step('one .tessera file, dropped anywhere', async () => {
    const bytes = readFileSync(at('run.tessera')).toString('base64');
    const transfer = await page.evaluateHandle((base64) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], 'run.tessera'));
      return data;
    }, bytes);
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
    await expect(page.getByText(/^Opened tiny: .* tokenizer trained, recommender trained/)).toBeVisible();
    await expect(page.getByText('slow: on the processor')).toBeVisible();
    await expectGolden(0);
    await expect(top.getByRole('listitem').first()).toContainText('true next item');
    await expect(top).toContainText(/Place 1 of 30 in the full ranking, with /);
  });

  const beam = page.getByRole('region', { name: 'Beam through the trie' });
  await test.step('a reviewer sees the search behind the list, why, and other systems; the address keeps it all', async () => {
    await expect(beam).toContainText(/20 beams in \d+ ms/);
    await expect(beam).toContainText('The search kept 20 of 30 items');
    await expect(beam).toContainText('The true next item came through at place 1.');
    await beam.getByRole('spinbutton', { name: 'Beam width, as a number' }).fill('3');
    await expect(beam).toContainText(/3 beams in \d+ ms/);
    await beam.getByRole('button', { name: 'Step back' }).click();
    await expect(beam.getByRole('status').last()).toBeVisible();
    await expect(beam).toContainText('2 of 3');
    const figure = beam.getByRole('application', { name: /^Data cursor/ });
    await figure.focus();
    await page.keyboard.press('ArrowRight');
    await expect(beam.locator('.figure-readout')).toContainText(/^Step 1, Place 1, Codes \d+/);
    await page.keyboard.press('Enter');
    await expect(beam.getByRole('region', { name: /^Items below \d+$/ }).getByRole('listitem')).not.toHaveCount(0);
    await beam.getByRole('radio', { name: 'Table' }).check();
    await expect(beam.getByRole('row')).toHaveCount(1 + 3 * 3);
    await expect(page.getByRole('region', { name: /^Why “thing number/ })).toContainText('with the whole history');
    await page.getByRole('checkbox', { name: 'Most-popular' }).check();
    await expect(page.getByRole('region', { name: 'Most-popular' }).getByRole('listitem')).toHaveCount(10);
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme);
      await expectAccessible(page, `demo on wasm, ${theme}`);
    }
    await page.reload();
    await expect(beam).toContainText(/3 beams in \d+ ms/);
    await expect(page.getByRole('region', { name: 'Most-popular' }).getByRole('listitem')).toHaveCount(10);
    await expect(page.getByRole('region', { name: 'History' })).toContainText('user golden-0');
  });

  await test.step('presentation mode shows the Demo alone; arrow keys step through the users, Escape leaves', async () => {
    await page.getByRole('button', { name: 'Present', exact: true }).click();
    await expect(page.getByRole('navigation').first()).toBeHidden();
    await page.keyboard.press('ArrowRight');
    // The user between them has too few events to be kept.
    await expect(page.getByRole('region', { name: 'History' })).toContainText('user golden-2');
    await page.keyboard.press('ArrowLeft');
    await expect(page.getByRole('region', { name: 'History' })).toContainText('user golden-0');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('navigation').first()).toBeVisible();
  });

  await test.step('a report takes the figure and leaves as one HTML file that runs nothing', async () => {
    const hostile = '</title><script>document.title = "taken"</script><img src=x onerror="document.title = 1">';
    await beam.getByText('Export', { exact: true }).click();
    await beam.getByRole('button', { name: 'Add to report' }).click();
    await page.getByRole('button', { name: 'Open it' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Reports' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Title of the report' }).fill(hostile);
    await page.getByRole('button', { name: 'Add text' }).click();
    await page.getByRole('textbox', { name: 'Text of block 2' }).fill(`# Finding\n\n${hostile}`);
    await page.getByRole('button', { name: 'Done' }).click();
    const second = page.getByRole('region', { name: 'Text 2 of 2' });
    await second.focus();
    await page.keyboard.press('Alt+ArrowUp');
    await expect(page.getByRole('region', { name: 'Text 1 of 2' })).toBeFocused();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(second).toBeVisible();
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme);
      await expectAccessible(page, `a report, ${theme}`);
    }
    const saved = async (button: string): Promise<string> => {
      await page.getByText('Save the report').click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ]);
      await download.saveAs(at(download.suggestedFilename()));
      return at(download.suggestedFilename());
    };
    const html = await saved('One HTML file, no script');
    const opened = await page.context().newPage();
    const complaints: string[] = [];
    opened.on('console', (message) => complaints.push(message.text()));
    await opened.goto(pathToFileURL(html).href);
    expect(await opened.title()).toBe(hostile);
    await expect(opened.getByRole('heading', { level: 1 })).toHaveText(hostile);
    await expect(opened.locator('script, img, iframe, [onerror], [onload]')).toHaveCount(0);
    await expect(opened.locator('figure svg')).toHaveCount(1);
    await opened.getByText('Kept prefixes as a table').click();
    await expect(opened.getByRole('columnheader', { name: 'log p of the code' }).first()).toBeVisible();
    await expectAccessible(opened, 'the report as a file');
    expect(complaints).toEqual([]);
    await opened.close();
    expect(readFileSync(await saved('Tables as LaTeX'), 'utf8')).toContain('\\toprule');
    // What is kept comes back; the file opens as a second, equal report.
    const file = await saved('The report, to open again');
    const first = readFileSync(file, 'utf8');
    await page.reload();
    await page.getByLabel('Open a report').setInputFiles(file);
    await expect(page.getByRole('navigation', { name: 'Reports' }).getByRole('button')).toHaveCount(2);
    const again = readFileSync(await saved('The report, to open again'), 'utf8');
    expect(again).toContain('"id":"report-2"');
    expect(again.replace('"id":"report-2"', '"id":"report-1"') === first, 'the second report equals the first').toBe(
      true,
    );
    await goTo(page, 'Demo');
  });

  await test.step('saved again it is the same run', async () => {
    await page.getByText('Save the run').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'As one .tessera file' }).click(),
    ]);
    await download.saveAs(at('saved.tessera'));
    expect(download.suggestedFilename()).toBe('tiny.tessera');
    tessera('import-run', at('saved.tessera'), '--out', at('saved'));
    for (const name of ['recommender.safetensors', 'tokenizer.safetensors'])
      expect(readFileSync(at('saved', name)).equals(readFileSync(at('run', name)))).toBe(true);
  });

  await test.step('the exported ONNX graphs, and another user', async () => {
    await page.getByLabel('Open a run').setInputFiles(readdirSync(at('onnx')).map((name) => at('onnx', name)));
    await expect(page.getByText(/^Opened tiny/)).toBeVisible();
    await expectGolden(2);
  });
  rmSync(folder, { recursive: true, force: true });
});
