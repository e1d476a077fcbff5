/**
 * One worker seen from the window: requests become promises, events reach subscribers, refusals become typed errors again.
 * The training worker and the data worker both speak this way, each with its own messages.
 */
import { CancelledError, TesseraError } from '../base/errors';
import type { ErrorReport } from './protocol';

export type ReplyMessage<E> =
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorReport }
  | { readonly kind: 'event'; readonly event: E };

/** What a channel needs of a Worker; tests pass a plain object. */
export interface ChannelPort<Q, E> {
  postMessage(message: { readonly id: number; readonly request: Q }): void;
  addEventListener(kind: 'message', listener: (event: MessageEvent<ReplyMessage<E>>) => void): void;
  addEventListener(kind: 'error' | 'messageerror', listener: (event: Event) => void): void;
  terminate(): void;
}

export interface Channel<Q extends { readonly kind: string }, R extends Record<Q['kind'], unknown>, E> {
  /**
   * Sends one request and waits for its reply.
   * @throws TesseraError of the worker's class and code; `worker/crashed` if the worker ends; `worker/disposed` after dispose
   */
  request<K extends Q['kind']>(request: Extract<Q, { readonly kind: K }>): Promise<R[K]>;
  /** Calls `listener` for every event. @returns a function that ends it */
  subscribe(listener: (event: E) => void): () => void;
  /** Ends the worker; what waits is rejected. */
  dispose(): void;
}

interface ChannelOptions<E> {
  /** Rebuilds an error from the worker's report. */
  readonly errorOf: (report: ErrorReport) => TesseraError;
  /** What the user can do when the worker has ended by itself. */
  readonly afterCrash: string;
  /** Events that tell the subscribers of it. */
  readonly crashEvents?: (error: ErrorReport) => readonly E[];
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: TesseraError): void;
}

/** Takes the worker: dispose() terminates it. */
export function createChannel<Q extends { readonly kind: string }, R extends Record<Q['kind'], unknown>, E>(
  worker: ChannelPort<Q, E>,
  { errorOf, afterCrash, crashEvents = () => [] }: ChannelOptions<E>,
): Channel<Q, R, E> {
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<(event: E) => void>();
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
    const cause =
      'message' in event && typeof event.message === 'string' ? event.message : 'its script could not be read';
    const error: ErrorReport = {
      code: 'worker/crashed',
      message: `worker: wanted it to run, it ended (${cause}); ${afterCrash}.`,
    };
    for (const crashEvent of crashEvents(error)) for (const listener of listeners) listener(crashEvent);
    end(errorOf(error));
  };
  worker.addEventListener('error', crash);
  worker.addEventListener('messageerror', crash);

  return {
    request<K extends Q['kind']>(request: Extract<Q, { readonly kind: K }>) {
      if (ending) return Promise.reject(ending);
      const id = nextId++;
      return new Promise<R[K]>((resolve, reject) => {
        // The worker answers request kind K with R[K]; its first request compares the protocol versions.
        waiting.set(id, { resolve: (value) => resolve(value as R[K]), reject });
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
