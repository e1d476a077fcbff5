// How fast bytes become checked rows: generated Amazon-2023-style files of 0.25, 0.5 and 1 GB through the importer, in fresh
// Node processes and in a worker of headless Chromium, beside plain `JSON.parse` of lines in the same process.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { ROOT } from '../setup/packages.mjs';
import { buildPage, withPage } from './benchPage.mjs';

const run = promisify(execFile);
/** Where generated files are kept. */
export const FILES = path.join(ROOT, '.cache/bench/data');
const LIMIT_MS = 1_200_000;

async function nodeModule() {
  const outDir = path.join(ROOT, '.cache/bench/dataNode');
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
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

/** One record a share, in Chromium; memory as `withPage` tells it. */
export async function* importInChromium(shares) {
  const folder = await buildPage('page');
  for (const share of shares) {
    const { files, inflatedBytes, shape } = await generatedFiles(share);
    const names = files.map((file) => path.basename(file));
    yield withPage({ folder, name: 'page', files: FILES }, async ({ page, version, peaks }) => {
      await page.waitForFunction(() => globalThis.importBench !== undefined);
      const bench = (list) => page.evaluate(([names, form]) => globalThis.importBench(names, form), [list, shape]);
      const result = await bench(names);
      const memory = peaks();
      const parseMBs = await bench([]);
      const megabytes = inflatedBytes / 1e6;
      return {
        host: version,
        inflatedMB: Math.round(megabytes),
        reviews: result.interactions,
        items: result.items,
        seconds: Math.round(result.seconds * 100) / 100,
        MBs: Math.round(megabytes / result.seconds),
        parseMBs: Math.round(parseMBs),
        ratio: Math.round((100 * megabytes) / result.seconds / parseMBs) / 100,
        ...memory,
      };
    });
  }
}
