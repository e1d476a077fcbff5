/** Fetches the generated files into File objects and has the worker import them: `importBench(names, shape)`. */
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
  });
}

Object.assign(globalThis, { importBench });
