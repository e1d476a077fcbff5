// What workspaces cost in Node: the import of generated files into chunks on disk with its 5-core, the k-core alone, opening a
// catalogue of a million items, and the nine domains of the UTGRec paper at their real sizes. Each in a fresh process.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { build } from 'vite';
import { ROOT } from '../setup/packages.mjs';
import { generatedFiles } from './importSpeed.mjs';

const FOLDER = path.join(ROOT, '.cache/bench/workspace');
/** The garbage collector's own limit: a run that needed more heap would end with an error. */
const HEAP_MB = 300;

async function workspaceModule() {
  const outDir = path.join(ROOT, '.cache/bench/workspaceNode');
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    root: ROOT,
    build: {
      ssr: path.join(ROOT, 'bench/data/workspaceCell.ts'),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'workspaceCell.mjs', chunkFileNames: '[name].mjs' } },
    },
  });
  return path.join(outDir, 'workspaceCell.mjs');
}

/** Runs one task; resolves to its last line, passes the others on. */
function cell(module, args, onLine = () => undefined) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, module, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
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

/** Records of the parts that were asked for; `isMet` compares with the targets. */
export async function* workspaceInNode(parts, shares) {
  const module = await workspaceModule();
  if (parts.includes('core')) {
    const record = await cell(module, ['core', '1', FOLDER]);
    yield { ...record, isMet: record.seconds < 2 };
  }
  if (parts.includes('open')) {
    const record = await cell(module, ['open', '1', FOLDER]);
    yield { ...record, isMet: record.firstPageSeconds < 1 };
  }
  if (parts.includes('workspace'))
    for (const share of shares) {
      const { files, inflatedBytes } = await generatedFiles(share);
      const record = await cell(module, ['import', String(share), FOLDER, ...files]);
      yield { ...record, inflatedMB: Math.round(inflatedBytes / 1e6), isMet: record.heapPeakMB < HEAP_MB };
    }
  if (parts.includes('paper')) {
    const record = await cell(module, ['paper', '1', FOLDER], (line) => console.log(JSON.stringify(line)));
    yield { ...record, isMet: record.heapPeakMB < HEAP_MB };
  }
}
