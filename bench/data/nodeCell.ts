/**
 * One measurement in a fresh Node process: `node dataCell.mjs <share> <folder>`. Writes the files if they are not there, prints
 * one JSON object. Memory is sampled every 20 ms while the import runs.
 */
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { diskSources } from '../../src/cli/diskSource';
import { installNodeInflater } from '../../src/cli/nodeInflater';
import { type CatalogueShape, metaLines, reviewLines, targetShape } from './catalogue';
import { measureImport, measureParse } from './importSpeed';

const SAMPLE_MS = 20;

/** Writes `name`.gz once and remembers its unpacked size beside it. */
async function write(folder: string, name: string, lines: Iterable<string>): Promise<{ file: string; bytes: number }> {
  const file = path.join(folder, `${name}.gz`);
  const sizeFile = `${file}.size`;
  if (!existsSync(file) || !existsSync(sizeFile)) {
    mkdirSync(folder, { recursive: true });
    let bytes = 0;
    const counted = function* (): Generator<Buffer> {
      for (const text of lines) {
        const chunk = Buffer.from(text);
        bytes += chunk.length;
        yield chunk;
      }
    };
    await pipeline(Readable.from(counted()), createGzip({ level: 6 }), createWriteStream(`${file}.part`));
    renameSync(`${file}.part`, file);
    await pipeline(Readable.from([String(bytes)]), createWriteStream(sizeFile));
  }
  return { file, bytes: Number(await readFile(sizeFile, 'utf8')) };
}

/** The files of `shape` in `folder`, and what they unpack to. */
export async function writtenFiles(folder: string, shape: CatalogueShape) {
  const reviews = await write(folder, `Office_${shape.reviews}.jsonl`, reviewLines(shape));
  const meta = await write(folder, `meta_Office_${shape.reviews}.jsonl`, metaLines(shape));
  return { files: [reviews.file, meta.file], inflatedBytes: reviews.bytes + meta.bytes };
}

installNodeInflater();
const [share = '1', folder = '.cache/bench/data', task = 'import'] = process.argv.slice(2);
const shape = targetShape(Number(share));
const { files, inflatedBytes } = await writtenFiles(folder, shape);
if (task === 'write') {
  console.log(JSON.stringify({ files, inflatedBytes, shape }));
} else {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const peak = { heap: 0, external: 0, rss: 0 };
  const timer = setInterval(() => {
    const { heapUsed, external, rss } = process.memoryUsage();
    peak.heap = Math.max(peak.heap, heapUsed);
    peak.external = Math.max(peak.external, external);
    peak.rss = Math.max(peak.rss, rss);
  }, SAMPLE_MS);
  const cpu = process.cpuUsage();
  const measure = await measureImport(await diskSources(files), shape);
  const used = process.cpuUsage(cpu);
  clearInterval(timer);
  const processorMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  // By processor time: the two are comparable on a machine that does other work, too.
  const parseMBs = measureParse(shape, processorMs);
  const megabytes = inflatedBytes / 1e6;
  const cpuSeconds = (used.user + used.system) / 1e6;
  const mb = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  console.log(
    JSON.stringify({
      host: `Node ${process.version}`,
      inflatedMB: Math.round(megabytes),
      packedMB: Math.round(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6),
      reviews: measure.interactions,
      items: measure.items,
      seconds: Math.round(measure.seconds * 100) / 100,
      MBs: Math.round(megabytes / measure.seconds),
      MBsPerCore: Math.round(megabytes / cpuSeconds),
      parseMBsPerCore: Math.round(parseMBs),
      ratio: Math.round((100 * megabytes) / cpuSeconds / parseMBs) / 100,
      heapBeforeMB: mb(before.heapUsed),
      heapPeakMB: mb(peak.heap),
      externalPeakMB: mb(peak.external),
      rssPeakMB: mb(peak.rss),
    }),
  );
}
