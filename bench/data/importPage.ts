/**
 * `importBench(names, shape)`: fetches the generated files into File objects and has a fresh worker import them; without names
 * the worker measures plain parsing, apart, so that its lines do not count as the import's memory.
 */
import type { CatalogueShape } from './catalogue';

async function importBench(names: readonly string[], shape: CatalogueShape): Promise<unknown> {
  const files = await Promise.all(
    names.map(async (name) => new File([await (await fetch(`/files/${name}`)).blob()], name)),
  );
  const worker = new Worker(new URL('./importWorker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.result));
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ files, shape });
  }).finally(() => worker.terminate());
}

Object.assign(globalThis, { importBench });
