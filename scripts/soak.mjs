// Memory while a recommender trains live in the page: `node scripts/soak.mjs [--minutes 30] [--out <file.json>]`. Every minute,
// after a collection of garbage: heap of the window, heaps of its workers, resident memory of the browser's processes. The last
// lines compare the two halves of the run; no number here is a test.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../e2e/harness/browsers.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' }, out: { type: 'string' } } });
const MINUTES = Number(values.minutes);
/** Minutes before the first number counts: plans, caches and the decimated curves fill up. */
const WARM_UP = Math.min(5, MINUTES / 3);
const MB = 2 ** 20;

/** Sends to a worker through the page's session, with an answer. */
function workersOf(session) {
  const waiting = new Map();
  const attached = new Map();
  let next = 0;
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => attached.set(sessionId, targetInfo.url));
  session.on('Target.detachedFromTarget', ({ sessionId }) => attached.delete(sessionId));
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  const ask = (sessionId, method) =>
    new Promise((resolve) => {
      next += 1;
      waiting.set(next, resolve);
      session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: next, method }) });
    });
  return { attached, ask };
}

/** Resident bytes of every process below `root`, /proc only. */
function residentBytes(root) {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      parents.set(pid, parent);
    } catch {
      // Ended meanwhile.
    }
  }
  const isBelow = (pid) => pid !== undefined && (pid === String(root) || isBelow(parents.get(pid)));
  let total = 0;
  for (const pid of parents.keys()) {
    if (!isBelow(pid)) continue;
    try {
      total += 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      // Ended meanwhile.
    }
  }
  return total;
}

async function begin(page, address) {
  await page.goto(`${address}#/data`);
  await page.getByRole('button', { name: 'Use the sample' }).click();
  await page.getByRole('region', { name: /^Summary of/ }).waitFor();
  const train = async (name, epochs, then) => {
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: new RegExp(`^${name}`) })
      .click();
    await page.getByRole('group', { name: 'Training' }).getByRole('textbox', { name: 'Epochs' }).fill(epochs);
    await page.getByRole('button', { name: `Train the ${name.toLowerCase()}` }).click();
    await then();
  };
  await train('Tokenizer', '3', () => page.getByRole('button', { name: 'Train anew' }).waitFor({ timeout: 600_000 }));
  await train('Recommender', '5000', () => page.locator('[data-curve]').first().waitFor({ timeout: 600_000 }));
}

await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 0 } });
const browser = await chromium.launchServer({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
try {
  const page = await (await chromium.connect(browser.wsEndpoint())).newPage();
  const session = await page.context().newCDPSession(page);
  const workers = workersOf(session);
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await begin(page, server.resolvedUrls.local[0]);
  const panel = page.getByRole('region', { name: 'Progress', exact: true });
  const rows = [];
  const started = performance.now();
  for (let minute = 0; minute <= MINUTES; minute += 1) {
    await sleep(Math.max(0, started + minute * 60_000 - performance.now()));
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const heaps = await Promise.all(
      [...workers.attached.keys()].map(async (id) => {
        await workers.ask(id, 'HeapProfiler.collectGarbage');
        const heap = await workers.ask(id, 'Runtime.getHeapUsage');
        return heap.usedSize + (heap.backingStorageSize ?? 0);
      }),
    );
    const row = {
      minute,
      steps: (await panel.locator('dd').nth(1).innerText()).split(' ')[0],
      windowMb: usedSize / MB,
      workersMb: heaps.reduce((total, each) => total + each, 0) / MB,
      residentMb: residentBytes(browser.process().pid) / MB,
    };
    rows.push(row);
    console.log(
      `${String(minute).padStart(3)} min  ${row.steps.padStart(7)} steps  window ${row.windowMb.toFixed(1)}  workers ${row.workersMb.toFixed(1)}  resident ${row.residentMb.toFixed(0)} MB`,
    );
  }
  const counted = rows.filter(({ minute }) => minute >= WARM_UP);
  const half = Math.floor(counted.length / 2);
  const mean = (part, key) => part.reduce((total, row) => total + row[key], 0) / part.length;
  for (const key of ['windowMb', 'workersMb', 'residentMb']) {
    const [before, after] = [mean(counted.slice(0, half), key), mean(counted.slice(half), key)];
    console.log(
      `${key}: ${before.toFixed(1)} in the first half, ${after.toFixed(1)} in the second (${(after - before).toFixed(1)})`,
    );
  }
  if (values.out !== undefined) await writeFile(values.out, `${JSON.stringify(rows, null, 1)}\n`);
} finally {
  await browser.close();
  await server.close();
}
