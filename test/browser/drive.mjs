// Runs the browser suite (opTable.html) in a real browser and prints what failed and the counts:
//   node test/browser/drive.mjs chromium|firefox [--filter text] [--json FILE] [--slowest N]
// Chromium runs on its own software adapter (SwiftShader), Firefox on Mesa's (lavapipe). Exit code 1 on any failure, on
// a browser without WebGPU, and when nothing was run.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CHROMIUM_FLAGS, findChromium } from '../../e2e/harness/browsers.mjs';
import { launchFirefox } from '../../e2e/harness/firefox.mjs';

/** A check that says nothing for this long hangs; the slowest one seen took a tenth of it. */
const SILENCE_LIMIT_MS = 240_000;
const POLL_MS = 300;

const folder = path.dirname(fileURLToPath(import.meta.url));
const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: 'string', default: '' },
    json: { type: 'string' },
    slowest: { type: 'string', default: '0' },
  },
});
const [browserName = ''] = positionals;
const open = { chromium: openChromium, firefox: openFirefox }[browserName];
if (!open) {
  console.error('usage: node test/browser/drive.mjs chromium|firefox [--filter text] [--json FILE] [--slowest N]');
  process.exit(2);
}

/** Opens the page; `read` returns the messages from `start` on. */
async function openChromium(url) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium on PATH: install chromium');
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(url);
  return { page, version: browser.version(), close: () => browser.close() };
}

async function openFirefox(url) {
  const browser = await launchFirefox({ protocolTimeout: SILENCE_LIMIT_MS });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(url);
  return { page, version: await browser.version(), close: () => browser.close() };
}

async function collect(page, onMessage) {
  let count = 0;
  let heardAt = performance.now();
  while (performance.now() - heardAt < SILENCE_LIMIT_MS) {
    const news = await page.evaluate((start) => window.suiteMessages?.slice(start) ?? [], count);
    if (news.length > 0) heardAt = performance.now();
    count += news.length;
    for (const message of news) onMessage(message);
    if (news.some(({ kind }) => kind === 'done' || kind === 'broken')) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  onMessage({ kind: 'broken', message: `nothing heard for ${SILENCE_LIMIT_MS / 1000} s` });
}

const { build, preview } = await import('vite');
const outDir = mkdtempSync(path.join(tmpdir(), 'tessera-browser-suite-'));
const at = { root: folder, configFile: false, publicDir: false, base: './', logLevel: 'warn' };
const startedAt = performance.now();
let passed = 0;
let failed = 0;
const results = [];
try {
  const page = path.join(folder, 'opTable.html');
  const output = { outDir, emptyOutDir: true, target: 'es2023', rolldownOptions: { input: page } };
  await build({ ...at, worker: { format: 'es' }, build: output });
  const server = await preview({ ...at, build: { outDir }, preview: { port: 4280, host: '127.0.0.1' } });
  const address = `${server.resolvedUrls.local[0]}opTable.html?filter=${encodeURIComponent(options.filter)}`;
  const browser = await open(address);
  try {
    await collect(browser.page, (message) => {
      if (message.kind === 'adapter')
        console.log(`${browserName} ${browser.version}: ${message.name} (${message.features.join(', ')})`);
      if (message.kind === 'left-out') console.log(`left out: ${message.name}: ${message.reason}`);
      if (message.kind === 'broken') {
        failed++;
        console.log(`FAILED: the suite broke off: ${message.message}`);
      }
      if (message.kind !== 'result') return;
      results.push(message);
      if (message.problems.length === 0) passed++;
      else failed++;
      for (const problem of message.problems) console.log(`FAILED: ${message.name}: ${problem}`);
    });
  } finally {
    await browser.close();
    await server.close();
  }
} catch (error) {
  failed++;
  console.log(`FAILED: ${browserName}: ${error instanceof Error ? error.message : error}`);
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
if (passed + failed === 0) {
  failed = 1;
  console.log('FAILED: no check was run');
}
const slowest = [...results].sort((a, b) => b.elapsedMs - a.elapsedMs).slice(0, Number(options.slowest));
for (const { name, elapsedMs } of slowest) console.log(`${(elapsedMs / 1000).toFixed(1)} s  ${name}`);
if (options.json) writeFileSync(options.json, JSON.stringify({ passed, failed, results }));
console.log(
  `${browserName}: ${passed} passed, ${failed} failed in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
);
process.exitCode = failed === 0 ? 0 : 1;
