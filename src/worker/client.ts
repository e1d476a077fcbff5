/**
 * The window's end of the worker protocol: requests become promises, events reach subscribers, refusals become the typed
 * errors of base/errors.ts again.
 */
import {
  CancelledError,
  ConfigError,
  ConflictError,
  DeviceLostError,
  FormatError,
  NumericsError,
  OutOfMemoryError,
  QuotaError,
  ShapeError,
  TesseraError,
  UnsupportedError,
} from '../base/errors';
import type { ErrorReport, FromWorker, ReplyValues, Request, ToWorker, WorkerEvent } from './protocol';
import workerUrl from './trainWorker.ts?worker&url';

/** What the client needs of a Worker; tests pass a plain object. */
export interface WorkerPort {
  postMessage(message: ToWorker): void;
  addEventListener(kind: 'message', listener: (event: MessageEvent<FromWorker>) => void): void;
  addEventListener(kind: 'error' | 'messageerror', listener: (event: Event) => void): void;
  terminate(): void;
}

export interface Client {
  /**
   * Sends one request and waits for its reply.
   * @throws TesseraError of the worker's class and code; `worker/crashed` if the worker ends; `worker/disposed` after dispose
   */
  request<K extends Request['kind']>(request: Extract<Request, { readonly kind: K }>): Promise<ReplyValues[K]>;
  /** Calls `listener` for every event. @returns a function that ends it */
  subscribe(listener: (event: WorkerEvent) => void): () => void;
  /** Ends the worker; what waits is rejected. */
  dispose(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: TesseraError): void;
}

/** Takes the worker: dispose() terminates it. */
export function createClient(worker: WorkerPort): Client {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(event: WorkerEvent) => void>();
  let nextId = 1;
  let ending: TesseraError | null = null;

  const end = (error: TesseraError): void => {
    ending ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const settle = (id: number): Waiting | undefined => {
    const entry = waiting.get(id);
    waiting.delete(id);
    return entry;
  };

  worker.addEventListener('message', ({ data }) => {
    if (data.kind === 'reply') settle(data.id)?.resolve(data.value);
    else if (data.kind === 'refusal') settle(data.id)?.reject(errorOf(data.error));
    else if (data.kind === 'event') for (const listener of listeners) listener(data.event);
    else
      end(
        new TesseraError(
          'worker/message',
          `worker: wanted a message of the protocol, got ${JSON.stringify(data)}; reload the page.`,
        ),
      );
  });
  const crash = (event: Event): void => {
    const message =
      'message' in event && typeof event.message === 'string' ? event.message : 'its script could not be read';
    const error: ErrorReport = {
      code: 'worker/crashed',
      message: `worker: wanted it to run, it ended (${message}); reload the page, training goes on from the last checkpoint.`,
    };
    for (const listener of listeners) {
      listener({ kind: 'failed', run: 'tokenizer', error });
      listener({ kind: 'failed', run: 'recommender', error });
    }
    end(errorOf(error));
  };
  worker.addEventListener('error', crash);
  worker.addEventListener('messageerror', crash);

  return {
    request<K extends Request['kind']>(request: Extract<Request, { readonly kind: K }>) {
      if (ending) return Promise.reject(ending);
      const id = nextId++;
      return new Promise<ReplyValues[K]>((resolve, reject) => {
        // The worker answers request kind K with ReplyValues[K]; hello has compared the protocol versions.
        waiting.set(id, { resolve: (value) => resolve(value as ReplyValues[K]), reject });
        worker.postMessage({ id, request });
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      end(new CancelledError('worker/disposed', 'worker: it was closed; reload the page.'));
      listeners.clear();
      worker.terminate();
    },
  };
}

/** Class of an error by its whole code, else by the part before the slash. */
const CLASSES: Readonly<Record<string, new (code: string, message: string) => TesseraError>> = {
  archive: FormatError,
  config: ConfigError,
  model: ConfigError,
  shape: ShapeError,
  checkpoint: FormatError,
  dataset: FormatError,
  field: FormatError,
  file: FormatError,
  gzip: FormatError,
  images: FormatError,
  json: FormatError,
  lines: FormatError,
  'gpu/lost': DeviceLostError,
  'gpu/memory': OutOfMemoryError,
  'gpu/none': UnsupportedError,
  'job/stopped': CancelledError,
  'data/cancelled': CancelledError,
  'evaluate/cancelled': CancelledError,
  'storage/locked': ConflictError,
  'worker/busy': ConflictError,
  'storage/quota': QuotaError,
  'train/not-finite': NumericsError,
};

/** Rebuilds an error from its report; the code stays. */
export function errorOf(report: ErrorReport): TesseraError {
  const area = report.code.split('/')[0] ?? '';
  const ErrorClass = CLASSES[report.code] ?? CLASSES[area] ?? TesseraError;
  return new ErrorClass(report.code, report.message);
}

/** The part of Trusted Types that is used here; browsers without it (and Node) have no `trustedTypes`. */
interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): URL };
}

/**
 * Starts the training worker. Under `require-trusted-types-for 'script'` a plain address is refused, so the page's one
 * policy, `worker-url`, mints this single address and nothing else. Call once a page.
 */
export function startTrainWorker(): Worker {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypesFactory };
  const policy = trustedTypes?.createPolicy('worker-url', {
    createScriptURL(url) {
      if (url !== workerUrl)
        throw new TesseraError(
          'worker/url',
          `worker: wanted the training worker's address, got ${url}; reload the page.`,
        );
      return url;
    },
  });
  return new Worker(policy ? policy.createScriptURL(workerUrl) : workerUrl, { type: 'module', name: 'tessera-train' });
}
