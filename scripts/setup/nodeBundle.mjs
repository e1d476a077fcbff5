// Bundles a TypeScript entry for Node with Vite, kernels included, so that the command line runs the same sources as the
// page without a build step of its own. Rebuilt when a source is newer than the bundle.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './packages.mjs';
import { isStale } from './staleness.mjs';

/** Loaded from node_modules at run time: native code, or too large to be worth bundling and rarely used. */
export const EXTERNAL_PACKAGES = [
  'webgpu',
  '@huggingface/transformers',
  'onnxruntime-web',
  'onnxruntime-node',
  'sharp',
  'vite',
];

/**
 * @param {string} name folder below .cache/ that receives `main.mjs`
 * @param {string} entry TypeScript file, relative to the repository
 * @param {{ isForced?: boolean }} [options]
 * @returns {Promise<string>} absolute path of `main.mjs`
 */
export async function nodeBundle(name, entry, { isForced = false } = {}) {
  const folder = path.join(ROOT, '.cache', name);
  const main = path.join(folder, 'main.mjs');
  const sources = [
    'src',
    'shaders',
    'models',
    path.dirname(entry),
    'package-lock.json',
    'scripts/setup/nodeBundle.mjs',
  ];
  if (!isForced && !isStale(path.relative(ROOT, main), sources)) return main;
  // Built aside and moved in whole: another process may be starting from the old one.
  const fresh = `${folder}.${process.pid}`;
  const old = `${folder}.${process.pid}.old`;
  mkdirSync(path.dirname(folder), { recursive: true });
  const { build } = await import('vite');
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { target: 'node', noExternal: true, external: EXTERNAL_PACKAGES },
    build: {
      ssr: path.join(ROOT, entry),
      outDir: fresh,
      target: 'node20',
      sourcemap: true,
      minify: false,
      // One folder deep, chunks beside the entry: `new URL('../../public/…', import.meta.url)` means the same as in src/cli.
      rolldownOptions: { output: { entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs' } },
    },
  });
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(fresh, folder);
  rmSync(old, { recursive: true, force: true });
  return main;
}
