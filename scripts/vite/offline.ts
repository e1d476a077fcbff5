import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

const TEMPLATE = new URL('./serviceWorker.js', import.meta.url);

/** Weights and WebAssembly are kept when they are first used: together they are ten times the rest. */
export const isKeptAtOnce = (file: string): boolean =>
  !/^(models\/|_headers$|serviceWorker\.js$|\.)/.test(file) && !/\.(wasm|map)$/.test(file);

function* filesBelow(folder: string, prefix = ''): Generator<string> {
  for (const entry of readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, name);
    else yield name;
  }
}

/**
 * Writes `serviceWorker.js` into the built folder: the template with the files to keep and a version that is the hash of
 * their contents, so that an unchanged build is no new version.
 */
export function offline(): Plugin {
  let folder = '';
  return {
    name: 'tessera:offline',
    apply: 'build',
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      // The workers are built by the same configuration, before there is a page.
      if (!existsSync(path.join(folder, 'index.html'))) return;
      const files = [...filesBelow(folder)].filter(isKeptAtOnce).sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(path.join(folder, file)));
      const version = hash.digest('hex').slice(0, 12);
      const head = `const VERSION = '${version}';\nconst FILES = ${JSON.stringify(files)};\n`;
      writeFileSync(path.join(folder, 'serviceWorker.js'), head + readFileSync(TEMPLATE, 'utf8'));
    },
  };
}
