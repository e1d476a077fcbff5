// Frames a second of the live curves with long runs: `npm run frames [-- --points 100000 --seconds 10]`. Builds a page with
// the app's own component, fills eight curves, and counts frames in Chromium while points come in every frame, while the
// wheel zooms and moves in every frame, and while both happen. Task time is the main thread's, from the browser's own
// counters. For a machine that does nothing else; no number here is a test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import react from '@vitejs/plugin-react';
import { build, preview } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../e2e/harness/browsers.mjs';

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '10' },
    out: { type: 'string' },
    shots: { type: 'string' },
  },
});
const POINTS = Number(values.points);
const SECONDS = Number(values.seconds);
const LOADS = {
  'points come': { hasAppends: true, hasWheel: false },
  'zoom and move': { hasAppends: false, hasWheel: true },
  both: { hasAppends: true, hasWheel: true },
};

const metricsOf = async (session) => {
  const { metrics } = await session.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
};

/** Durations of the main thread's tasks in ms, by the wall clock. */
async function traced(browser, page, work) {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  const result = await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = traceEvents.find(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain' && true);
  const tasks = traceEvents
    .filter(({ name, pid, tid }) => name.endsWith('RunTask') && pid === main?.pid && tid === main?.tid)
    .map(({ dur = 0 }) => dur / 1000);
  return { result, tasks: tasks.sort((a, b) => a - b) };
}

const folder = await mkdtemp(path.join(tmpdir(), 'tessera-frames-'));
const root = new URL('../bench', import.meta.url).pathname;
const options = {
  configFile: false,
  logLevel: 'warn',
  base: './',
  root,
  plugins: [react()],
  build: {
    outDir: folder,
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { input: path.join(root, 'curves.html') },
  },
};
await build(options);
const server = await preview({ ...options, preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
const rows = [];
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`${server.resolvedUrls.local[0]}curves.html`);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  for (const layout of ['one', 'four']) {
    const filled = await page.evaluate(([name, points]) => globalThis.curvesBench.open(name, points), [layout, POINTS]);
    console.log(`${layout}: 8 × ${POINTS} points taken in ${filled.toFixed(0)} ms`);
    for (const [load, what] of Object.entries(LOADS)) {
      const before = await metricsOf(session);
      const gaps = await page.evaluate(([of, seconds]) => globalThis.curvesBench.drive(of, seconds), [what, SECONDS]);
      const after = await metricsOf(session);
      const { tasks } = await traced(browser, page, () =>
        page.evaluate(([of]) => globalThis.curvesBench.drive(of, 3), [what]),
      );
      if (values.shots) await page.screenshot({ path: `${values.shots}-${layout}-${load.replaceAll(' ', '-')}.png` });
      gaps.sort((a, b) => a - b);
      const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      const total = gaps.reduce((sum, gap) => sum + gap, 0);
      const row = {
        layout,
        load,
        framesASecond: (1000 * gaps.length) / total,
        gapMedianMs: at(gaps, 0.5),
        gap99Ms: at(gaps, 0.99),
        taskMsAFrame: (1000 * (after.TaskDuration - before.TaskDuration)) / gaps.length,
        task99Ms: at(
          tasks.filter((ms) => ms >= 1),
          0.99,
        ),
        taskLongestMs: tasks.at(-1) ?? 0,
        held: await page.evaluate(() => globalThis.curvesBench.held()),
      };
      rows.push(row);
      console.log(
        `${layout.padEnd(5)} ${load.padEnd(14)} ${row.framesASecond.toFixed(1)} frames/s, gap median ${row.gapMedianMs.toFixed(1)} 99 % ${row.gap99Ms.toFixed(1)} ms; main thread ${row.taskMsAFrame.toFixed(1)} ms a frame, tasks of 1 ms and more: 99 % ${row.task99Ms.toFixed(1)}, longest ${row.taskLongestMs.toFixed(1)} ms`,
      );
    }
  }
  if (values.out) await writeFile(values.out, `${JSON.stringify(rows, null, 1)}\n`);
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
}
