// Cells in Node processes: a fresh process for each engine and workload, spoken to over the process channel.
import { fork } from 'node:child_process';
import { softwareVulkanEnvironment } from '../../e2e/harness/browsers.mjs';
import { buildNodeCell } from './bundle.mjs';

/** A step that takes longer than this hangs; the slowest first step known (a cold compile of a peer, beside other work) took
 * five minutes. */
const ANSWER_LIMIT_MS = 1_200_000;
/** Enough of a failed process's output to see why it failed. */
const STDERR_KEPT = 2000;

class NodeCell {
  #child;
  #waiting = null;
  #stderr = '';

  constructor(module, environment) {
    this.#child = fork(module, { env: environment, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_KEPT);
    });
    this.#child.on('message', (message) => this.#settle(message));
    this.#child.on('exit', (code, signal) => {
      this.#settle({
        error: `the process ended (${signal ?? code}): ${this.#stderr.trim().split('\n').slice(-4).join(' | ')}`,
      });
    });
  }

  #settle(message) {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (!waiting) return;
    clearTimeout(waiting.timer);
    if ('error' in message) waiting.reject(new Error(message.error));
    else waiting.resolve(message.result);
  }

  /** Resolves with the process's next answer. */
  #answer() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#settle({ error: `no answer in ${ANSWER_LIMIT_MS / 1000} s` });
        this.#end();
      }, ANSWER_LIMIT_MS);
      this.#waiting = { resolve, reject, timer };
    });
  }

  ready() {
    return this.#answer();
  }

  #ask(request) {
    if (this.#child.exitCode !== null || !this.#child.connected)
      return Promise.reject(new Error('the process is gone'));
    const answer = this.#answer();
    this.#child.send(request);
    return answer;
  }

  open = (engine, workload) => this.#ask({ method: 'open', engine, workload });
  first = () => this.#ask({ method: 'first' });
  warm = (count) => this.#ask({ method: 'warm', count });
  turn = (limits) => this.#ask({ method: 'turn', limits });
  profile = (repeats) => this.#ask({ method: 'profile', repeats });
  finish = () => this.#ask({ method: 'finish' });

  #end() {
    // Dawn's threads keep the process alive, and tearing the device down takes longer than ending it.
    this.#child.kill('SIGKILL');
  }

  async close() {
    this.#end();
  }
}

/** @returns a maker of cells and what frees it */
export async function nodeCells({ adapter, isCold }) {
  const module = await buildNodeCell();
  const environment = adapter === 'lavapipe' ? softwareVulkanEnvironment() : { ...process.env };
  if (isCold) environment.MESA_SHADER_CACHE_DISABLE = 'true';
  return {
    async start() {
      const cell = new NodeCell(module, environment);
      await cell.ready();
      return cell;
    },
    async close() {},
  };
}
