/**
 * One run's window on the store. All that works on a run calls its own part `CURRENT_RUN` and what it learned before a transfer
 * `PRETRAINING_RUN`; the view says which records of the store these are. A view of no run is empty.
 */
import type { RunStore } from '../storage/runStore';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

/** Not a name that a run can get. */
const NO_RUN = 'none';
const UPSTREAM = '.upstream';

/** The store's id of what `id` learned before a transfer. The run of the first version keeps its two ids. */
export const upstreamOf = (id: string): string => (id === CURRENT_RUN ? PRETRAINING_RUN : `${id}${UPSTREAM}`);

/** Whether an id of the store is a part of another run. */
export const isUpstream = (id: string): boolean => id === PRETRAINING_RUN || id.endsWith(UPSTREAM);

/** @param id null for no run */
export function runView(store: RunStore, id: string | null): RunStore {
  const own = id ?? NO_RUN;
  const at = (name: string): string => (name === CURRENT_RUN ? own : name === PRETRAINING_RUN ? upstreamOf(own) : name);
  return {
    createRun: (run) => store.createRun({ ...run, id: at(run.id) }),
    updateRun: (name, change) => store.updateRun(at(name), change),
    getRun: (name) => store.getRun(at(name)),
    listRuns: () => store.listRuns(),
    deleteRun: (name) => store.deleteRun(at(name)),
    appendMetrics: (name, rows) => store.appendMetrics(at(name), rows),
    readMetrics: (name) => store.readMetrics(at(name)),
    truncateMetrics: (name, step) => store.truncateMetrics(at(name), step),
    saveCheckpoint: (name, checkpoint, bytes) => store.saveCheckpoint(at(name), checkpoint, bytes),
    loadCheckpoint: (name, part, which) => store.loadCheckpoint(at(name), part, which),
    listCheckpoints: (name) => store.listCheckpoints(at(name)),
    putSnapshot: (name, info, codes) => store.putSnapshot(at(name), info, codes),
    listSnapshots: (name) => store.listSnapshots(at(name)),
    readSnapshot: (name, snapshot) => store.readSnapshot(at(name), snapshot),
    putEvaluation: (name, evaluation, perUser) => store.putEvaluation(at(name), evaluation, perUser),
    listEvaluations: (name) => store.listEvaluations(at(name)),
    readPerUser: (name, evaluation) => store.readPerUser(at(name), evaluation),
    readNote: (name) => store.readNote(name),
    writeNote: (name, text) => store.writeNote(name, text),
    sweepOrphans: (busyRuns) => store.sweepOrphans(busyRuns),
    close: () => store.close(),
  };
}
