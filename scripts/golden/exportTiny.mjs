// Writes the exported folder of the tiny run (test/fixtures/tinyRun.ts) for the golden builders in Python.
//
//   node scripts/golden/exportTiny.mjs <folder>
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeBundle } from '../setup/nodeBundle.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node scripts/golden/exportTiny.mjs <folder>');
const bundle = await nodeBundle('exportTiny', 'test/fixtures/exportTiny.ts', { isForced: true });
const { tinyExport } = await import(pathToFileURL(bundle).href);
mkdirSync(folder, { recursive: true });
for (const [name, bytes] of await tinyExport()) writeFileSync(path.join(folder, name), bytes);
