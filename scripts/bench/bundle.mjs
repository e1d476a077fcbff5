// Builds the benchmark's cells with Vite: one module for Node processes, one page for browsers.
import path from 'node:path';
import { build } from 'vite';
import { ROOT } from '../setup/packages.mjs';

const BENCH = path.join(ROOT, 'bench');
const shared = { configFile: false, publicDir: false, logLevel: 'error' };

/** @returns path of the module that a child process runs */
export async function buildNodeCell() {
  const outDir = path.join(ROOT, '.cache/bench/node');
  await build({
    ...shared,
    root: ROOT,
    build: {
      ssr: path.join(BENCH, 'nodeCell.ts'),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'nodeCell.mjs', chunkFileNames: '[name].mjs' } },
    },
  });
  return path.join(outDir, 'nodeCell.mjs');
}

/** @returns folder with page.html */
export async function buildPageCell() {
  const outDir = path.join(ROOT, '.cache/bench/page');
  await build({
    ...shared,
    root: BENCH,
    base: './',
    // The runtime's wasm comes from a folder of its own (pages.mjs) instead of being inlined into the bundle.
    resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production'] },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: path.join(BENCH, 'page.html') },
    },
  });
  return outDir;
}
