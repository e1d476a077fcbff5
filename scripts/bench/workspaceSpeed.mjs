// What workspaces cost in Node and in a worker of headless Chromium: the import of generated files into chunks on disk with its
// 5-core, the k-core alone, opening a catalogue of a million items, and the nine domains of the UTGRec paper at their real sizes;
// in Node also how long training waits for data that streams. Each in a fresh process or browser.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { build } from 'vite';
import { softwareVulkanEnvironment } from '../../e2e/harness/browsers.mjs';
import { EXTERNAL_PACKAGES } from '../setup/nodeBundle.mjs';
import { ROOT } from '../setup/packages.mjs';
import { buildPage, withPage } from './benchPage.mjs';
import { FILES, generatedFiles } from './importSpeed.mjs';

const FOLDER = path.join(ROOT, '.cache/bench/workspace');
/** The garbage collector's own limit: a run that needed more heap would end with an error. */
const HEAP_MB = 300;
const MAX_STALL_SHARE = 0.03;
/** How often lines are fetched from the page. */
const LINES_MS = 2000;

/** Bundles `bench/data/<name>.ts` for Node. */
async function bundled(name) {
  const outDir = path.join(ROOT, `.cache/bench/${name}`);
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    root: ROOT,
    ssr: { target: 'node', noExternal: true, external: EXTERNAL_PACKAGES },
    build: {
      ssr: path.join(ROOT, `bench/data/${name}.ts`),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'main.mjs', chunkFileNames: '[name].mjs' } },
    },
  });
  return path.join(outDir, 'main.mjs');
}

/** Runs one task; resolves to its last line, passes the others on. */
function cell(module, args, onLine = () => undefined, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, module, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    });
    let held = '';
    let last = null;
    child.stdout.on('data', (chunk) => {
      const lines = (held + chunk).split('\n');
      held = lines.pop() ?? '';
      for (const line of lines) {
        if (last !== null) onLine(last);
        last = JSON.parse(line);
      }
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 && last !== null ? resolve(last) : reject(new Error(`bench: ${args[0]} ended with status ${code}`)),
    );
  });
}

/** Tasks of `parts` in the order in which they run. */
function* tasksOf(parts, shares) {
  if (parts.includes('core')) yield { task: 'core', share: 1 };
  if (parts.includes('open')) yield { task: 'open', share: 1 };
  if (parts.includes('workspace')) for (const share of shares) yield { task: 'import', share };
  if (parts.includes('paper')) yield { task: 'paper', share: 1 };
}

/** Most of the targets are the issue's; the heap is bounded in all tasks by the collector's own limit. */
function isMet({ task, seconds, firstPageSeconds, heapPeakMB }) {
  if (task === 'core') return seconds < 2;
  if (task === 'open') return firstPageSeconds < 1;
  return heapPeakMB < HEAP_MB;
}

const sizeOf = (generated) => (generated ? { inflatedMB: Math.round(generated.inflatedBytes / 1e6) } : {});
const print = (line) => console.log(JSON.stringify(line));

/** Records of the parts that were asked for; `isMet` compares with the targets. */
export async function* workspaceInNode(parts, shares) {
  const module = await bundled('workspaceCell');
  for (const { task, share } of tasksOf(parts, shares)) {
    const generated = task === 'import' ? await generatedFiles(share) : null;
    const record = await cell(module, [task, String(share), FOLDER, ...(generated?.files ?? [])], print);
    yield { ...record, ...sizeOf(generated), isMet: isMet(record) };
  }
  if (parts.includes('stall')) {
    const stall = await bundled('stallCell');
    const record = await cell(stall, [path.join(ROOT, '.cache/bench/stall')], print, softwareVulkanEnvironment());
    yield { ...record, isMet: record.stallShare < MAX_STALL_SHARE };
  }
}

/** The same in Chromium, on IndexedDB and the private file system. */
export async function* workspaceInChromium(parts, shares) {
  const tasks = [...tasksOf(parts, shares)];
  if (tasks.length === 0) return;
  const folder = await buildPage('workspace');
  for (const { task, share } of tasks) {
    const generated = task === 'import' ? await generatedFiles(share) : null;
    const names = (generated?.files ?? []).map((file) => path.basename(file));
    yield withPage({ folder, name: 'workspace', files: FILES, heapMB: HEAP_MB }, async ({ page, version, peaks }) => {
      await page.waitForFunction(() => globalThis.workspaceBench !== undefined);
      const drain = async () => {
        for (const line of await page.evaluate(() => globalThis.benchLines())) print(line);
      };
      const timer = setInterval(() => void drain().catch(() => undefined), LINES_MS);
      try {
        const ask = [task, share, names];
        const result = await page.evaluate((asked) => globalThis.workspaceBench(...asked), ask);
        await drain();
        const record = { host: version, task, ...result, ...peaks() };
        return { ...record, ...sizeOf(generated), isMet: isMet(record) };
      } finally {
        clearInterval(timer);
      }
    });
  }
}
