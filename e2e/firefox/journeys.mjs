// The journeys that Firefox runs as well. They read like those of Chromium (e2e/journeys/newcomer.spec.ts, wasmDemo.spec.ts) and
// check less of each page.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const MINUTES = 60_000;
const TITLE = 'h1';
const LINK = '.rail a';
/** It is disabled until a setting changes. */
const isTrained = (buttons) => buttons.includes('Train anew');

/** Two presses from the first page to a running tokenizer; then a recommender, its metrics and its recommendations. */
export async function newcomer({ press, fill, choose, find, until }) {
  await press('button', /^Try the sample$/);
  await find(TITLE, /^Tokenizer$/);
  await choose(/^Preset/, 'test');
  // The smallest sizes that the fields take, so that a software driver is through in seconds.
  for (const [field, value] of Object.entries({
    'Hidden widths': '16',
    Levels: '2',
    'Codes a level': '16',
    Epochs: '1',
  }))
    await fill(new RegExp(`^${field}`), value);
  await press('button', /^Train the tokenizer$/);
  await find('[role="progressbar"]', /^Progress of the tokenizer$/);
  await until('button', isTrained, 'a button to train anew', 2 * MINUTES);

  await press(LINK, /^Recommender/);
  await find(TITLE, /^Recommender$/);
  const small = { Width: '16', Heads: '1', 'Feed-forward': '16', History: '3', Batch: '512' };
  for (const [field, value] of Object.entries(small)) await fill(new RegExp(`^${field}`), value);
  await press('button', /^Train the recommender$/);
  await until('button', isTrained, 'a button to train anew', 2 * MINUTES);
  // The model and five counting recommenders, four digits each.
  await until('.metrics-table tbody tr', (rows) => rows.length === 6, 'six rows of metrics');
  await until(
    '.metrics-table .metric-value',
    (values) => values.length > 0 && values.every((value) => /0\.\d{4}$/.test(value)),
    'metrics of four digits',
  );

  await press(LINK, /^Demo/);
  await until('.top-list > li', (items) => items.length === 10, 'ten recommendations', MINUTES);
  await until('main', ([text = '']) => /true next item/.test(text), 'the true next item');
}

/** A shared file without WebGPU: its metrics are those of the index, and it recommends on the processor. */
export async function reviewer({ press, upload, find, until }, { root }) {
  await until('main', ([text = '']) => /No WebGPU/.test(text), 'the page says that there is no WebGPU');
  await upload(/Open a run/, path.join(root, 'models/sample/tiger-sample-1.tessera'));
  await until(
    '.notice',
    (notices) => /Opened tiger-sample-1: .* recommender trained/.test(notices.join(' ')),
    'the run is open',
    MINUTES,
  );

  await press(LINK, /^Recommender/);
  const index = JSON.parse(readFileSync(path.join(root, 'models/sample/index.json'), 'utf8'));
  const run = index.runs.find(({ id }) => id === 'tiger-sample-1');
  const report = run.evaluations.find(({ kind, split }) => kind === 'model' && split === 'test');
  const recall = report.metrics.recall10.toFixed(4);
  await until('.metrics-table tr.is-model', ([row = '']) => row.includes(recall), `Recall@10 of ${recall}`);

  await press(LINK, /^Demo/);
  await until('main', ([text = '']) => /slow: on the processor/.test(text), 'the Demo says that it is slow');
  await until('.top-list > li', (items) => items.length === 10, 'ten recommendations', MINUTES);
  await until('main', ([text = '']) => /on the processor/.test(text), 'where it was decoded');
  await find('h2', /^Beam through the trie$/);
}
