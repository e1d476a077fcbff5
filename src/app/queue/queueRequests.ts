/** What a user can ask of the queue: part of the session. */
import type { Client } from '../../worker/client';
import type { QueuedRun, RunCheck } from '../../worker/protocol';
import { recordChange } from '../commands/undoStack';
import { reportOf } from '../reportOf';
import { useQueue } from '../stores/queue';
import { useToasts } from '../stores/toasts';
import { useWorkspace } from '../stores/workspace';

export interface QueueRequests {
  /** Asks for the queue again; also what another tab has changed. */
  refresh(): Promise<void>;
  /** Throws what the worker refuses. */
  check(runs: readonly QueuedRun[]): Promise<readonly RunCheck[]>;
  /** Adds all of them or none; throws what the worker refuses. @param batch what they are together, if they are */
  add(runs: readonly QueuedRun[], batch: string | null): Promise<void>;
  /** The same for one run; says what happened. */
  addOne(run: QueuedRun): Promise<void>;
  move(id: string, to: number): Promise<void>;
  /** Takes entries out; the toast and `Mod+Z` put them back. */
  remove(ids: readonly string[], name: string): Promise<void>;
  retry(id: string): Promise<void>;
  hold(): Promise<void>;
  release(): Promise<void>;
  skip(): Promise<void>;
}

export function createQueueRequests(client: Client): QueueRequests {
  const attempt = async (title: string, work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      useWorkspace.getState().notify({ kind: 'error', title, ...reportOf(error) });
      return false;
    }
  };
  const changed = async (work: () => Promise<unknown>): Promise<void> =>
    void (await attempt('The queue stays as it was', work));
  const add = async (runs: readonly QueuedRun[], batch: string | null): Promise<void> => {
    await client.request({ kind: 'enqueue', runs, batch });
  };
  return {
    refresh: () =>
      changed(async () => {
        useQueue.getState().told(await client.request({ kind: 'queue' }));
      }),
    check: (runs) => client.request({ kind: 'checkRuns', runs }),
    add,
    async addOne(run) {
      if (await attempt('The run was not queued', () => add([run], null)))
        useToasts.getState().say(`“${run.name}” is in the queue.`);
    },
    move: (id, to) => changed(() => client.request({ kind: 'moveInQueue', id, to })),
    remove: (ids, name) =>
      changed(async () => {
        const removed = await client.request({ kind: 'removeFromQueue', ids });
        const putBack = (): void => void changed(() => client.request({ kind: 'putBackInQueue', removed }));
        recordChange({
          label: 'queue',
          undo: putBack,
          redo: () => void changed(() => client.request({ kind: 'removeFromQueue', ids })),
        });
        useToasts.getState().say(`${name} out of the queue.`, { name: 'Undo', run: putBack }, 10_000);
      }),
    retry: (id) => changed(() => client.request({ kind: 'retryInQueue', id })),
    hold: () => changed(() => client.request({ kind: 'holdQueue' })),
    release: () => changed(() => client.request({ kind: 'releaseQueue' })),
    skip: () => changed(() => client.request({ kind: 'skipInQueue' })),
  };
}
