/**
 * Page of the browser suite: starts the worker and collects what it says in `window.suiteMessages`, from where the
 * driver takes it. Opened by hand, it shows the same as text. `?filter=text` runs only the cases whose name contains it.
 */
import type { SuiteMessage } from './messages';

const messages: SuiteMessage[] = [];
Object.assign(window, { suiteMessages: messages });

const worker = new Worker(new URL('./opTableWorker.ts', import.meta.url), { type: 'module' });
worker.addEventListener('message', ({ data }: MessageEvent<SuiteMessage>) => collect(data));
worker.addEventListener('error', (event) => collect({ kind: 'broken', message: `worker: ${event.message}` }));
worker.postMessage({ filter: new URLSearchParams(location.search).get('filter') ?? '' });

let passed = 0;
let failed = 0;

function collect(message: SuiteMessage): void {
  messages.push(message);
  if (message.kind === 'result') {
    if (message.problems.length === 0) passed++;
    else failed++;
    for (const problem of message.problems) list(`${message.name}: ${problem}`);
  }
  if (message.kind === 'broken') list(message.message);
  const state = document.getElementById('state');
  if (state) state.textContent = `${message.kind === 'done' ? 'Done' : 'Running'}: ${passed} passed, ${failed} failed`;
}

function list(text: string): void {
  const entry = document.createElement('li');
  entry.textContent = text;
  document.getElementById('problems')?.append(entry);
}
