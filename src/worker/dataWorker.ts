/** The data worker: receives requests, answers each exactly once, sends events. All work happens in `DataSession`. */
import type { ReplyMessage } from './channel';
import { DataSession } from './dataSession';
import { errorReport } from './errorReport';
import type { DataEvent, DataRequest } from './protocol/data';

const post = (message: ReplyMessage<DataEvent>): void => globalThis.postMessage(message);
const session = new DataSession((event) => post({ kind: 'event', event }), errorReport, Date.now);

globalThis.addEventListener(
  'message',
  (message: MessageEvent<{ readonly id: number; readonly request: DataRequest }>) => {
    const { id, request } = message.data;
    session.answer(request).then(
      (value) => post({ kind: 'reply', id, value }),
      (error: unknown) => post({ kind: 'refusal', id, error: errorReport(error) }),
    );
  },
);
