/** `workspaceBench(task, share, names)`: a fresh worker does one task on the browser's own storage; lines arrive in `benchLines`. */
const lines: object[] = [];

async function workspaceBench(task: string, share: number, names: readonly string[]): Promise<unknown> {
  const files = await Promise.all(
    names.map(async (name) => new File([await (await fetch(`files/${name}`)).blob()], name)),
  );
  const worker = new Worker(new URL('./workspaceWorker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if ('line' in data) lines.push(data.line);
      else if ('error' in data) reject(new Error(data.error));
      else resolve(data.result);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ task, share, files });
  }).finally(() => worker.terminate());
}

Object.assign(globalThis, { workspaceBench, benchLines: () => lines.splice(0) });
