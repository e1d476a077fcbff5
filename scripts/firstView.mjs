// How long until the sample can be used after a reload, by the wall clock: `npm run first-view [-- --reps 7]`. Once as it is and
// once with the window's processor throttled four times, as Lighthouse does for a telephone. For a machine that does nothing
// else; what a journey asserts is processor time instead (e2e/journeys/whileTraining.spec.ts).
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../e2e/harness/browsers.mjs';

const { values } = parseArgs({ options: { reps: { type: 'string', default: '7' } } });
const LIMIT_MS = 60_000;

async function measure(context, address, rate) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  const started = performance.now();
  await page.goto(`${address}#/data`);
  await page.getByRole('region', { name: /^Summary of/ }).waitFor({ timeout: LIMIT_MS });
  const ms = performance.now() - started;
  await page.close();
  return ms;
}

await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
try {
  const address = server.resolvedUrls.local[0];
  const context = await browser.newContext();
  const first = await context.newPage();
  await first.goto(`${address}#/data`);
  await first.getByRole('button', { name: 'Use the sample' }).click();
  await first.getByRole('region', { name: /^Summary of/ }).waitFor({ timeout: LIMIT_MS });
  await first.close();
  for (const rate of [1, 4]) {
    const times = [];
    for (let rep = 0; rep < Number(values.reps); rep += 1) times.push(await measure(context, address, rate));
    times.sort((a, b) => a - b);
    const [least, median, most] = [0, 0.5, 1].map((share) => times[Math.round(share * (times.length - 1))] / 1000);
    console.log(
      `slower ${rate}×: median ${median.toFixed(2)} s (${least.toFixed(2)} to ${most.toFixed(2)}, ${times.length} visits)`,
    );
  }
} finally {
  await browser.close();
  await server.close();
}
