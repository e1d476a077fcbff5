/**
 * One measurement in a fresh Node process: `node workspaceCell.mjs import|paper|core|open <share> <folder> [files…]`. Prints JSON
 * lines, the last one with the peaks of memory, sampled every 20 ms.
 */
import { rmSync, statSync } from 'node:fs';
import { diskSources } from '../../src/cli/diskSource';
import { installNodeInflater } from '../../src/cli/nodeInflater';
import { openFolderColumnStorage } from '../../src/storage/folderColumnStorage';
import { importDomain, importPaper, importSummary, measureCore, measureOpening } from './workspaceSteps';

const SAMPLE_MS = 20;
const [task = 'core', share = '1', folder = '.cache/bench/workspace', ...files] = process.argv.slice(2);
const peak = { heapUsed: 0, arrayBuffers: 0, rss: 0 };
const sample = (): void => {
  const now = process.memoryUsage();
  for (const key of ['heapUsed', 'arrayBuffers', 'rss'] as const) peak[key] = Math.max(peak[key], now[key]);
};
const timer = setInterval(sample, SAMPLE_MS);
const say = (line: object): void => console.log(JSON.stringify(line));
const cpu = process.cpuUsage();

installNodeInflater();
rmSync(folder, { recursive: true, force: true });
const storage = await openFolderColumnStorage(folder);
let result: object = {};
if (task === 'core') result = measureCore(2_000_000 * Number(share));
else if (task === 'open') result = await measureOpening(storage, 1_000_000 * Number(share));
else if (task === 'paper') result = await importPaper(storage, Number(share), say);
else {
  const started = performance.now();
  const info = await importDomain(storage, await diskSources(files), 'bench', 'downstream');
  const packedMB = Math.round(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6);
  result = { packedMB, ...importSummary(info, started) };
}
sample();
clearInterval(timer);
const used = process.cpuUsage(cpu);
rmSync(folder, { recursive: true, force: true });
const mb = (bytes: number): number => Math.round(bytes / 1e6);
say({
  host: `Node ${process.version}`,
  task,
  ...result,
  cpuSeconds: Math.round((used.user + used.system) / 1e5) / 10,
  heapPeakMB: mb(peak.heapUsed),
  buffersPeakMB: mb(peak.arrayBuffers),
  rssPeakMB: mb(peak.rss),
});
