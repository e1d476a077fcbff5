import { describe, expect, it, vi } from 'vitest';
import { ConfigError, DeviceLostError, TesseraError } from '../base/errors';
import { createClient, errorOf, type WorkerPort } from './client';
import type { FromWorker, ToWorker, WorkerEvent } from './protocol';

// The worker's script belongs to the browser; the client is tested without it.
vi.mock('./trainWorker.ts?worker&url', () => ({ default: '/trainWorker.js' }));

/** A worker that keeps what it is sent and says what the test tells it to. */
function fakePort() {
  const sent: ToWorker[] = [];
  const target = new EventTarget();
  let isTerminated = false;
  const port: WorkerPort = {
    postMessage: (message) => void sent.push(message),
    addEventListener: (kind: string, listener: unknown) => target.addEventListener(kind, listener as EventListener),
    terminate: () => {
      isTerminated = true;
    },
  };
  return {
    port,
    sent,
    isTerminated: () => isTerminated,
    say: (data: FromWorker) => target.dispatchEvent(new MessageEvent('message', { data })),
    crash: () => target.dispatchEvent(new Event('error')),
  };
}

describe('createClient', () => {
  it('gives each reply to its own request, in any order', async () => {
    const { port, sent, say } = fakePort();
    const client = createClient(port);
    const pause = client.request({ kind: 'pause' });
    const users = client.request({ kind: 'demoUsers', group: 'all', query: '', limit: 1 });
    const [first, second] = sent.map(({ id }) => id);
    say({ kind: 'reply', id: second ?? -1, value: { users: [{ user: 0, id: 'a', events: 3 }], groupSize: 1 } });
    say({ kind: 'reply', id: first ?? -1, value: null });
    expect(await users).toEqual({ users: [{ user: 0, id: 'a', events: 3 }], groupSize: 1 });
    expect(await pause).toBeNull();
  });

  it('rebuilds refusals as typed errors with their code', async () => {
    const { port, sent, say } = fakePort();
    const request = createClient(port).request({ kind: 'openSample' });
    say({ kind: 'refusal', id: sent[0]?.id ?? -1, error: { code: 'config/field', message: 'no' } });
    await expect(request).rejects.toSatisfy(
      (error) => error instanceof ConfigError && error.code === 'config/field' && error.message === 'no',
    );
  });

  it('passes events on until the subscriber leaves', () => {
    const { port, say } = fakePort();
    const seen: WorkerEvent[] = [];
    const leave = createClient(port).subscribe((event) => seen.push(event));
    const event: WorkerEvent = { kind: 'finished', run: 'tokenizer', outcome: 'done' };
    say({ kind: 'event', event });
    leave();
    say({ kind: 'event', event });
    expect(seen).toEqual([event]);
  });

  it('rejects what waits, and all that comes later, when the worker crashes', async () => {
    const { port, crash } = fakePort();
    const client = createClient(port);
    const waiting = client.request({ kind: 'stop' });
    crash();
    await expect(waiting).rejects.toMatchObject({ code: 'worker/crashed' });
    await expect(client.request({ kind: 'stop' })).rejects.toMatchObject({ code: 'worker/crashed' });
  });

  it('terminates the worker on dispose', async () => {
    const { port, isTerminated } = fakePort();
    const client = createClient(port);
    const waiting = client.request({ kind: 'stop' });
    client.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'worker/disposed' });
    expect(isTerminated()).toBe(true);
  });
});

describe('errorOf', () => {
  it('chooses the class by the whole code before the area', () => {
    expect(errorOf({ code: 'gpu/lost', message: '' })).toBeInstanceOf(DeviceLostError);
    expect(errorOf({ code: 'gpu/device', message: '' })).not.toBeInstanceOf(DeviceLostError);
    expect(errorOf({ code: 'defect', message: '' })).toBeInstanceOf(TesseraError);
  });
});
