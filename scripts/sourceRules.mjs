// Rules of the style guide that no other tool checks: file sizes, file names, who may name which browser object, and
// TODOs without an issue. Prints every breach as file:line and ends with 1 if there is one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup/packages.mjs';

const FOLDERS = ['src', 'shaders', 'test', 'e2e', 'bench', 'scripts', 'bin'];
const SOURCE = /\.(ts|tsx|mjs|cjs|py|css|wgsl)$/;
/** Written by a script, so nobody reads it line by line. Generated kernels are not exempt. */
const GENERATED = /\.gen\.ts$/;
const IGNORED_FOLDERS = new Set(['golden', 'node_modules', '__pycache__', 'peers']);
const MAX_LINES = { source: 600, kernel: 200 };
/** From here on a file is asked what it does too much of. */
const WARN_LINES = { source: 400, kernel: 160 };
const NAMELESS = /^(utils?|helpers?|common|misc)\.\w+$/i;

/**
 * IndexedDB closes a transaction as soon as nothing is asked of it, so all of one is asked for in one breath, in the one function
 * that opens one.
 */
const TRANSACTION = { owner: 'src/storage/browserStorage.ts', pattern: /\.transaction\(/ };

/** Names that only one folder of src/ may use. Tests are free. */
const OWNED_NAMES = [
  { owner: 'gpu', pattern: /\bGPUDevice\b/, what: 'GPUDevice' },
  { owner: 'gpu', pattern: /['"`][^'"`]*\/shaders\/|\.wgsl\?raw/, what: 'files of shaders/' },
  { owner: 'storage', pattern: /\bindexedDB\b/, what: 'indexedDB' },
  { owner: 'storage', pattern: /\bnavigator\s*\.\s*storage\b/, what: 'navigator.storage' },
  { owner: 'storage', pattern: /\bnavigator\s*\.\s*locks\b/, what: 'navigator.locks' },
];

function* walk(folder) {
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) yield name;
    else if (!IGNORED_FOLDERS.has(entry.name)) yield* walk(name);
  }
}

const breaches = [];
const warnings = [];
let fileCount = 0;
for (const file of FOLDERS.filter((folder) => existsSync(path.join(ROOT, folder))).flatMap((folder) => [
  ...walk(folder),
])) {
  if (!SOURCE.test(file) || GENERATED.test(file)) continue;
  fileCount++;
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const lines = text.split('\n');
  const lineCount = text.endsWith('\n') ? lines.length - 1 : lines.length;
  const kind = file.endsWith('.wgsl') ? 'kernel' : 'source';
  if (lineCount > MAX_LINES[kind]) breaches.push(`${file}: ${lineCount} lines, at most ${MAX_LINES[kind]}`);
  else if (lineCount > WARN_LINES[kind]) warnings.push(`${file}: ${lineCount} lines`);
  if (NAMELESS.test(path.basename(file))) breaches.push(`${file}: a file's name says its idea`);
  const folder = /^src\/(\w+)\//.exec(file)?.[1];
  const isTest = /\.test\.tsx?$/.test(file) || !file.startsWith('src/');
  lines.forEach((line, index) => {
    const todo = /\b(TODO|FIXME|XXX)\b/.exec(line);
    if (todo && file !== 'scripts/sourceRules.mjs' && !/#\d+/.test(line))
      breaches.push(`${file}:${index + 1}: ${todo[1]} without an issue number`);
    const isComment = /^\s*(\/\/|\*|\/\*)/.test(line);
    if (isTest || isComment) return;
    if (file !== TRANSACTION.owner && TRANSACTION.pattern.test(line))
      breaches.push(`${file}:${index + 1}: only ${TRANSACTION.owner} opens transactions`);
    for (const { owner, pattern, what } of OWNED_NAMES)
      if (folder !== owner && pattern.test(line))
        breaches.push(`${file}:${index + 1}: only src/${owner} names ${what}`);
  });
}
if (warnings.length > 0)
  console.log(`Long files, worth a question:\n${warnings.map((line) => `  ${line}`).join('\n')}`);
for (const breach of breaches) console.log(breach);
console.log(`${fileCount} files, ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;
