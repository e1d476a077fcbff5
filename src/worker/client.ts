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
import { type Channel, type ChannelPort, createChannel } from './channel';
import dataWorkerUrl from './dataWorker.ts?worker&url';
import type { ErrorReport, ReplyValues, Request, WorkerEvent } from './protocol';
import type { DataEvent, DataReplies, DataRequest } from './protocol/data';
import trainWorkerUrl from './trainWorker.ts?worker&url';

/** What the client needs of a Worker; tests pass a plain object. */
export type WorkerPort = ChannelPort<Request, WorkerEvent>;
export type Client = Channel<Request, ReplyValues, WorkerEvent>;
/** The data worker: imports and workspaces. */
export type DataClient = Channel<DataRequest, DataReplies, DataEvent>;

/** Takes the worker: dispose() terminates it. */
export const createClient = (worker: WorkerPort): Client =>
  createChannel(worker, {
    errorOf,
    afterCrash: 'reload the page, training goes on from the last checkpoint',
    crashEvents: (error) => [
      { kind: 'failed', run: 'tokenizer', error },
      { kind: 'failed', run: 'recommender', error },
    ],
  });

/** Takes the worker: dispose() terminates it. */
export const createDataClient = (worker: ChannelPort<DataRequest, DataEvent>): DataClient =>
  createChannel(worker, { errorOf, afterCrash: 'reload the page, an import goes on from its last batch' });

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

const OFFLINE_URL = './serviceWorker.js';
const SCRIPT_URLS: readonly string[] = [trainWorkerUrl, dataWorkerUrl, OFFLINE_URL];

/** What turns an address into one that may be run. */
type ScriptUrl = (url: string) => string | URL;

/**
 * Under `require-trusted-types-for 'script'` a plain address is refused, so the page's one policy, `worker-url`, mints the
 * addresses of the workers and nothing else. Call once a page.
 */
function scriptUrls(): ScriptUrl {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypesFactory };
  const policy = trustedTypes?.createPolicy('worker-url', {
    createScriptURL(url) {
      if (!SCRIPT_URLS.includes(url))
        throw new TesseraError('worker/url', `worker: wanted a worker’s address, got ${url}; reload the page.`);
      return url;
    },
  });
  return (url) => (policy ? policy.createScriptURL(url) : url);
}

/** Starts the training worker and the data worker. Call once a page. */
export function startWorkers(): { readonly train: Worker; readonly data: Worker; keepOffline: KeepOffline } {
  const urlOf = scriptUrls();
  const start = (url: string, name: string): Worker => new Worker(urlOf(url), { type: 'module', name });
  return {
    train: start(trainWorkerUrl, 'tessera-train'),
    data: start(dataWorkerUrl, 'tessera-data'),
    keepOffline: (onNewVersion) => keepOffline(urlOf(OFFLINE_URL), onNewVersion),
  };
}

/** Keeps the page for use without a network; `onNewVersion` gets the function that makes a newer version take over. */
type KeepOffline = (onNewVersion: (takeOver: () => void) => void) => Promise<void>;

/** Where service workers are not offered (private windows, plain http) the page works as long as there is a network. */
async function keepOffline(url: string | URL, onNewVersion: (takeOver: () => void) => void): Promise<void> {
  const container = globalThis.navigator.serviceWorker;
  if (!container) return;
  try {
    const registration = await container.register(url);
    const tell = (waiting: ServiceWorker | null): void => {
      // The first version of all has nothing to replace.
      if (!waiting || !container.controller) return;
      onNewVersion(() => {
        container.addEventListener('controllerchange', () => location.reload(), { once: true });
        waiting.postMessage('activate');
      });
    };
    tell(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const next = registration.installing;
      next?.addEventListener('statechange', () => {
        if (next.state === 'installed') tell(next);
      });
    });
  } catch (error) {
    console.warn('offline: the browser keeps no copy of this page', error);
  }
}

export {
  askPersistence,
  type Persistence,
  readPersistence,
  readStorageUse,
  type StorageUse,
} from '../storage/persistence';
export { readSetting, writeSetting } from '../storage/settings';
