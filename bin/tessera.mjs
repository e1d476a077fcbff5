#!/usr/bin/env node
// `npx tessera …`: bundles src/cli/main.ts when it changed and runs it. Flags and commands: `npx tessera --help`.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, requireNode } from '../scripts/setup/packages.mjs';

requireNode();
if (!existsSync(path.join(ROOT, 'node_modules/vite'))) {
  console.error('tessera: the packages are not installed; run `npm ci` in the repository once.');
  process.exit(1);
}
process.setSourceMapsEnabled(true);
const { nodeBundle } = await import('../scripts/setup/nodeBundle.mjs');
const bundle = await nodeBundle('cli', 'src/cli/main.ts').catch((error) => {
  console.error(`tessera: src/cli could not be built.\n${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
const { main } = await import(pathToFileURL(bundle).href);
process.exitCode = await main(process.argv.slice(2));
