/** The dedicated worker: receives requests, answers each exactly once, sends events. All work happens in `Session`. */
import { errorReport } from './errorReport';
import type { FromWorker, ToWorker, WorkerEvent } from './protocol';
import { Session } from './session';

const post = (message: FromWorker, transfer: Transferable[] = []): void =>
  globalThis.postMessage(message, { transfer });

const session = new Session((event: WorkerEvent) => post({ kind: 'event', event }), errorReport);

globalThis.addEventListener('message', (message: MessageEvent<ToWorker>) => {
  const { id, request } = message.data;
  session.answer(request).then(
    (value) => post({ kind: 'reply', id, value }),
    (error: unknown) => post({ kind: 'refusal', id, error: errorReport(error) }),
  );
});
