// Two journeys in the system's Firefox, over WebDriver BiDi (Playwright drives a Firefox of its own, which is not here):
//   node e2e/firefox/drive.mjs [--json FILE] [--only words]
// Serves dist/ with its headers. Newcomer: the sample, two presses, a real training on Mesa's software driver, metrics and
// recommendations. Reviewer: WebGPU off, a shared file, recommendations on the processor. Errors and breaches of the content
// policy in the page fail the journey. Exit code 1 on any failure.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchFirefox } from '../harness/firefox.mjs';
import { handsOn } from './hands.mjs';
import { newcomer, reviewer } from './journeys.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const JOURNEYS = [
  { name: 'newcomer', run: newcomer, preferences: {} },
  { name: 'reviewer without WebGPU', run: reviewer, preferences: { 'dom.webgpu.enabled': false } },
];
const { values: options } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string', default: '' } },
});

/** @returns what the page complained of, empty if nothing */
async function drive({ run, preferences }, url) {
  const browser = await launchFirefox({ preferences, defaultViewport: { width: 1280, height: 900 } });
  const complaints = [];
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(`threw ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`logged ${message.text()}`);
    });
    console.log(`  ${await browser.version()}`);
    await page.goto(url);
    await run(handsOn(page), { root: ROOT });
  } finally {
    await browser.close();
  }
  return complaints;
}

const { preview } = await import('vite');
const server = await preview({ root: ROOT, logLevel: 'warn', preview: { port: 0, host: '127.0.0.1' } });
const url = server.resolvedUrls?.local[0] ?? '';
const results = [];
for (const journey of JOURNEYS.filter(({ name }) => name.includes(options.only))) {
  const startedAt = performance.now();
  const problems = await drive(journey, url).catch((error) => [error instanceof Error ? error.message : String(error)]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  results.push({ name: journey.name, problems });
  console.log(`${problems.length === 0 ? 'passed' : 'FAILED'}: ${journey.name} (${seconds} s)`);
  for (const problem of problems) console.log(`  ${problem}`);
}
await server.close();
const failed = results.filter(({ problems }) => problems.length > 0).length || (results.length === 0 ? 1 : 0);
const passed = results.length - failed;
if (options.json) writeFileSync(options.json, JSON.stringify({ passed, failed, results }));
console.log(`${passed} passed, ${failed} failed`);
// The server's connections may linger.
process.exit(failed === 0 ? 0 : 1);
