// How fast bytes become checked rows: generated Amazon-2023-style files of 0.25, 0.5 and 1 GB through the importer, in fresh
// Node processes and in a worker of headless Chromium, beside plain `JSON.parse` of lines in the same process.
import { execFile } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../../e2e/harness/browsers.mjs';
import { ROOT } from '../setup/packages.mjs';

const run = promisify(execFile);
const FILES = path.join(ROOT, '.cache/bench/data');
const LIMIT_MS = 1_200_000;
const shared = { configFile: false, publicDir: false, logLevel: 'error' };

async function nodeModule() {
  const outDir = path.join(ROOT, '.cache/bench/dataNode');
  await build({
    ...shared,
    root: ROOT,
    build: {
      ssr: path.join(ROOT, 'bench/data/nodeCell.ts'),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'dataCell.mjs', chunkFileNames: '[name].mjs' } },
    },
  });
  return path.join(outDir, 'dataCell.mjs');
}

async function pageFolder() {
  const outDir = path.join(ROOT, '.cache/bench/dataPage');
  await build({
    ...shared,
    root: path.join(ROOT, 'bench/data'),
    base: './',
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: path.join(ROOT, 'bench/data/page.html') },
    },
  });
  return outDir;
}

const cell = async (module, ...args) => {
  const { stdout } = await run(process.execPath, ['--expose-gc', module, ...args], { timeout: LIMIT_MS });
  return JSON.parse(stdout.trim().split('\n').at(-1));
};

/** Paths and unpacked bytes of the generated files of one share, written if they are not there. */
export async function generatedFiles(share) {
  return cell(await nodeModule(), String(share), FILES, 'write');
}

/** One record a share, in Node. */
export async function* importInNode(shares) {
  const module = await nodeModule();
  for (const share of shares) yield cell(module, String(share), FILES);
}

/** One record a share, in Chromium; memory is the largest renderer's resident set (Linux only, else null). */
export async function* importInChromium(shares) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('bench: no Chromium on PATH; install chromium');
  const module = await nodeModule();
  const server = await serve(await pageFolder());
  for (const share of shares) {
    const { files, inflatedBytes, shape } = await cell(module, String(share), FILES, 'write');
    const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS });
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(`http://127.0.0.1:${server.address().port}/page.html`);
    await page.waitForFunction(() => globalThis.importBench !== undefined);
    let peakBytes = null;
    const timer = setInterval(() => {
      const resident = largestRenderer();
      if (resident !== null) peakBytes = Math.max(peakBytes ?? 0, resident);
    }, 100);
    try {
      const names = files.map((file) => path.basename(file));
      const result = await page.evaluate(([list, form]) => globalThis.importBench(list, form), [names, shape]);
      clearInterval(timer);
      const parseMBs = await page.evaluate((form) => globalThis.importBench([], form), shape);
      const megabytes = inflatedBytes / 1e6;
      yield {
        host: `Chromium ${browser.version()}`,
        inflatedMB: Math.round(megabytes),
        reviews: result.interactions,
        items: result.items,
        seconds: Math.round(result.seconds * 100) / 100,
        MBs: Math.round(megabytes / result.seconds),
        parseMBs: Math.round(parseMBs),
        ratio: Math.round((100 * megabytes) / result.seconds / parseMBs) / 100,
        rssPeakMB: peakBytes === null ? null : Math.round(peakBytes / 1e6),
      };
    } finally {
      clearInterval(timer);
      await browser.close();
    }
  }
  server.close();
}

function serve(folder) {
  const types = { '.html': 'text/html', '.js': 'text/javascript' };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://bench');
    const isData = pathname.startsWith('/files/');
    const file = path.join(
      isData ? FILES : folder,
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
