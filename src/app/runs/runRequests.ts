/** What a user can ask about runs: part of the session. */
import type { Client } from '../../worker/client';
import type {
  NamedDelta,
  PairMatrix,
  PairQuestion,
  RestoredState,
  Results,
  ResultsRequest,
  TailBin,
  TailQuestion,
} from '../../worker/protocol';
import { UNDO_MS } from '../../worker/protocol/data';
import type { RunCurve } from '../../worker/protocol/runs';
import { reportOf } from '../reportOf';
import { useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';

export interface RunRequests {
  /** Lists the runs again; the page's list stays when that fails. */
  refresh(): Promise<void>;
  /** Makes a run the one that the pages show. @returns whether it is */
  show(id: string): Promise<boolean>;
  rename(id: string, name: string): Promise<void>;
  /** Deletes a run; `putBack` undoes it for ten seconds. */
  remove(id: string): Promise<void>;
  putBack(id: string): Promise<void>;
  /** Throws what the worker refuses. */
  curves(ids: readonly string[], metric: string): Promise<Readonly<Record<string, RunCurve>>>;
  /** These throw what the worker refuses. */
  table(ids: readonly string[], table: ResultsRequest): Promise<Results>;
  matrix(question: Omit<PairQuestion, 'first' | 'second'>): Promise<PairMatrix>;
  pair(question: PairQuestion): Promise<NamedDelta>;
  tail(question: TailQuestion): Promise<readonly TailBin[]>;
}

interface Page {
  readonly forget: () => void;
  readonly restore: (state: RestoredState, what: string) => void;
}

export function createRunRequests(client: Client, { forget, restore }: Page): RunRequests {
  const store = useRuns.getState;
  const workspace = useWorkspace.getState;
  const attempt = async (title: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      workspace().notify({ kind: 'error', title, ...reportOf(error) });
      return false;
    }
  };
  const refresh = async (): Promise<void> => {
    await attempt('The runs could not be listed', async () =>
      store().listed(await client.request({ kind: 'listRuns' })),
    );
  };
  const show = async (id: string): Promise<boolean> => {
    store().opens(id);
    workspace().dismiss('error');
    const isShown = await attempt('The run could not be opened', async () => {
      const state = await client.request({ kind: 'showRun', id });
      forget();
      restore(state, `Opened ${state.run?.name ?? 'the run'}`);
    });
    store().opens(null);
    await refresh();
    return isShown;
  };
  /** Runs that come with Tessera are here afterwards. */
  const fetching = async <T>(ask: () => Promise<T>): Promise<T> => {
    const isWaiting = store().runs.some(({ isFetched }) => !isFetched);
    const answer = await ask();
    if (isWaiting) await refresh();
    return answer;
  };
  return {
    refresh,
    show,
    async rename(id, name) {
      await attempt('The run keeps its name', async () => void (await client.request({ kind: 'renameRun', id, name })));
      await refresh();
    },
    async remove(id) {
      const name = store().runs.find((run) => run.id === id)?.name ?? id;
      await attempt('The run was not deleted', async () => {
        const wasShown = await client.request({ kind: 'deleteRun', id });
        store().tookOut({ id, name, wasShown });
        if (wasShown) forget();
        setTimeout(() => {
          store().settled(id);
          // Listing removes what can be undone no more.
          void refresh();
        }, UNDO_MS);
      });
      await refresh();
    },
    async putBack(id) {
      const removed = store().removed.find((run) => run.id === id);
      const isBack = await attempt(
        'The run could not be put back',
        async () => void (await client.request({ kind: 'putBackRun', id })),
      );
      store().settled(id);
      if (isBack && removed?.wasShown) await show(id);
      else await refresh();
    },
    curves: (ids, metric) => fetching(() => client.request({ kind: 'runCurves', ids, metric })),
    table: (ids, table) => fetching(() => client.request({ kind: 'compareTable', ids, table })),
    matrix: (question) => client.request({ kind: 'compareMatrix', ...question }),
    pair: (question) => client.request({ kind: 'comparePair', ...question }),
    tail: (question) => client.request({ kind: 'compareTail', ...question }),
  };
}
