// A page of bench/data in headless Chromium on a profile of its own, with what its renderer holds in memory.
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../../e2e/harness/browsers.mjs';
import { ROOT } from '../setup/packages.mjs';

const SAMPLE_MS = 100;

/** Builds `bench/data/<name>.html`; resolves to its folder. */
export async function buildPage(name) {
  const outDir = path.join(ROOT, `.cache/bench/${name}Page`);
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    root: path.join(ROOT, 'bench/data'),
    base: './',
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: path.join(ROOT, `bench/data/${name}.html`) },
    },
  });
  return outDir;
}

/**
 * Opens `<name>.html` of `folder` in a browser of its own, with `files/` served from `files`, and calls
 * `use({ page, version, peaks })`. `peaks()` gives, in MB so far, the largest JavaScript heap of a worker, the largest backing store
 * of its buffers, and the largest resident set of a renderer (Linux only, else null). The profile is on the disk: a private window
 * would keep IndexedDB in memory.
 */
export async function withPage({ folder, name, files, heapMB = null }, use) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('bench: no Chromium on PATH; install chromium');
  const server = await serve(folder, files);
  const profile = mkdtempSync(path.join(tmpdir(), 'tessera-bench-'));
  const limit = heapMB === null ? [] : [`--js-flags=--max-old-space-size=${heapMB}`];
  const args = [...CHROMIUM_FLAGS, ...limit];
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args });
  let peakBytes = null;
  let timer;
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    const heaps = await watchWorkers(await context.newCDPSession(page));
    timer = setInterval(() => {
      heaps.sample();
      const resident = largestRenderer();
      if (resident !== null) peakBytes = Math.max(peakBytes ?? 0, resident);
    }, SAMPLE_MS);
    const peaks = () => ({
      heapPeakMB: inMB(heaps.heapBytes()),
      buffersPeakMB: inMB(heaps.bufferBytes()),
      rssPeakMB: peakBytes === null ? null : inMB(peakBytes),
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/${name}.html`);
    const version = `Chromium ${context.browser()?.version() ?? ''}`.trim();
    return await use({ page, version, peaks });
  } finally {
    clearInterval(timer);
    await context.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const inMB = (bytes) => Math.round(bytes / 1e6);

/** Asks every worker of the page for its heap; the answers come when its thread is free. */
async function watchWorkers(session) {
  const workers = new Set();
  let [heapBytes, bufferBytes, id] = [0, 0, 0];
  session.on('Target.attachedToTarget', ({ sessionId }) => workers.add(sessionId));
  session.on('Target.detachedFromTarget', ({ sessionId }) => workers.delete(sessionId));
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { usedSize = 0, backingStorageSize = 0 } = JSON.parse(message).result ?? {};
    heapBytes = Math.max(heapBytes, usedSize);
    bufferBytes = Math.max(bufferBytes, backingStorageSize);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return {
    heapBytes: () => heapBytes,
    bufferBytes: () => bufferBytes,
    sample() {
      const message = JSON.stringify({ id: ++id, method: 'Runtime.getHeapUsage' });
      // A worker may have ended meanwhile.
      for (const sessionId of workers)
        session.send('Target.sendMessageToTarget', { sessionId, message }).catch(() => workers.delete(sessionId));
    },
  };
}

function serve(folder, files) {
  const types = { '.html': 'text/html', '.js': 'text/javascript' };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://bench');
    const isData = pathname.startsWith('/files/');
    const file = path.join(
      isData ? files : folder,
      path.normalize(isData ? pathname.slice('/files'.length) : pathname),
    );
    response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
    createReadStream(file)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Resident bytes of the largest renderer below this process, or null where /proc does not tell. */
function largestRenderer() {
  const parents = new Map();
  const renderers = [];
  try {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const status = readIfThere(`/proc/${entry}/status`);
      if (status === '') continue;
      parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      if (!readIfThere(`/proc/${entry}/cmdline`).includes('--type=renderer')) continue;
      renderers.push({ id: Number(entry), bytes: 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) });
    }
  } catch {
    // Another system: no figure is better than a wrong one.
    return null;
  }
  const isOurs = (id) => id === process.pid || (id > 1 && parents.has(id) && isOurs(parents.get(id)));
  const own = renderers.filter(({ id }) => isOurs(id)).map(({ bytes }) => bytes);
  return own.length === 0 ? null : Math.max(...own);
}

/** Processes come and go between listing and reading. */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
