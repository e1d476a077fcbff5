/** The page's side of the workspace measurements: chunks in IndexedDB, packs in the private file system, as in the product. */
import { fileByteSource } from '../../src/data/import/byteSources';
import { openBrowserColumnStorage } from '../../src/storage/browserColumnStorage';
import { importDomain, importPaper, importSummary, measureCore, measureOpening } from './workspaceSteps';

interface Request {
  readonly task: string;
  readonly share: number;
  readonly files: readonly File[];
}

async function run({ task, share, files }: Request): Promise<object> {
  if (task === 'core') return measureCore(2_000_000 * share);
  const storage = await openBrowserColumnStorage();
  if (task === 'open') return measureOpening(storage, 1_000_000 * share);
  if (task === 'paper') return importPaper(storage, share, (line) => self.postMessage({ line }));
  const started = performance.now();
  const info = await importDomain(
    storage,
    files.map((file) => fileByteSource(file)),
    'bench',
    'downstream',
  );
  return importSummary(info, started);
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    self.postMessage({ result: await run(data) });
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
};
