// Cells in pages of headless Chromium: a fresh browser with a fresh profile for each engine and workload.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from '../../e2e/harness/browsers.mjs';
import { ROOT } from '../setup/packages.mjs';
import { buildPageCell } from './bundle.mjs';

/** A step that takes longer than this hangs. */
const ANSWER_LIMIT_MS = 600_000;
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
const ORT = path.join(ROOT, 'node_modules/onnxruntime-web/dist');

/** Serves the bundle and, under /ort/, the ONNX runtime's files. */
function serve(folder) {
  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://bench');
    const isRuntime = pathname.startsWith('/ort/');
    const root = isRuntime ? ORT : folder;
    const file = path.join(root, path.normalize(isRuntime ? pathname.slice('/ort'.length) : pathname));
    try {
      const bytes = await readFile(file);
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
      response.setHeader('content-type', TYPES[path.extname(file)] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

class PageCell {
  #browser;
  #page;
  #errors = [];

  static async start(executablePath, address) {
    const cell = new PageCell();
    // Signals end the whole run (bench.mjs); the browser goes with its pipe.
    const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    cell.#browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS, ...signals });
    cell.#page = await cell.#browser.newPage();
    cell.#page.setDefaultTimeout(0);
    cell.#page.on('pageerror', (error) => cell.#errors.push(error.message));
    await cell.#page.goto(address);
    await cell.#page.waitForFunction(() => globalThis.benchCell !== undefined, undefined, { timeout: 60_000 });
    return cell;
  }

  async #ask(method, ...values) {
    let timer;
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${ANSWER_LIMIT_MS / 1000} s`)), ANSWER_LIMIT_MS);
    });
    const answer = this.#page.evaluate(([name, args]) => globalThis.benchCell[name](...args), [method, values]);
    try {
      return await Promise.race([answer, limit]);
    } catch (error) {
      throw new Error([error.message, ...this.#errors].join(' | '));
    } finally {
      clearTimeout(timer);
    }
  }

  open = (engine, workload) => this.#ask('open', engine, workload);
  first = () => this.#ask('first');
  warm = (count) => this.#ask('warm', count);
  turn = (limits) => this.#ask('turn', limits);
  profile = (repeats) => this.#ask('profile', repeats);
  finish = () => this.#ask('finish');
  close = () => this.#browser.close();
}

/** @returns a maker of cells and what frees it. @throws Error without a Chromium */
export async function pageCells() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('bench: no Chromium on PATH; install chromium');
  const server = await serve(await buildPageCell());
  const address = `http://127.0.0.1:${server.address().port}/page.html`;
  return {
    start: () => PageCell.start(executablePath, address),
    async close() {
      server.close();
    },
  };
}
