/** Changes of a queue: each takes a state and gives the next. Entries that had their turn stand first and never move. */
import { ConfigError } from '../base/errors';
import type { RunEnding } from '../storage/runStore';
import type { ErrorReport } from './protocol';
import type { QueueEntry, QueueState, RemovedEntry } from './protocol/queue';

/** More could not be looked over, and the kept text is written whole with every change. */
export const MOST_ENTRIES = 200;
/** A run that took the page down with it so often is not begun again by itself. */
export const MOST_ATTEMPTS = 3;

export const isWaiting = ({ state }: QueueEntry): boolean => state === 'waiting';
const isOver = ({ state }: QueueEntry): boolean => state !== 'waiting' && state !== 'running';

export const nextOf = ({ entries, isHeld }: QueueState): QueueEntry | null =>
  isHeld ? null : (entries.find(isWaiting) ?? null);

/** @throws ConfigError `queue/full` */
export function added(state: QueueState, entries: readonly QueueEntry[]): QueueState {
  const open = state.entries.filter((entry) => !isOver(entry)).length + entries.length;
  if (open > MOST_ENTRIES)
    throw new ConfigError(
      'queue/full',
      `queue: wanted at most ${MOST_ENTRIES} runs that wait, came ${open}; queue fewer at once.`,
    );
  // The oldest of those that are over make room.
  const over = state.entries.filter(isOver).slice(-(MOST_ENTRIES - open + 1));
  return { ...state, entries: [...over, ...state.entries.filter((entry) => !isOver(entry)), ...entries] };
}

/** @param to place among those that wait, from 0 @throws ConfigError `queue/unknown` for one that does not wait */
export function moved(state: QueueState, id: string, to: number): QueueState {
  const waiting = state.entries.filter(isWaiting);
  const entry = waiting.find((each) => each.id === id);
  if (!entry) throw unknown(id, 'move');
  const rest = waiting.filter((each) => each !== entry);
  const at = Math.max(0, Math.min(rest.length, Math.trunc(to)));
  return {
    ...state,
    entries: [...state.entries.filter((each) => !isWaiting(each)), ...rest.slice(0, at), entry, ...rest.slice(at)],
  };
}

/** @throws ConfigError `queue/unknown` for one that is not there or runs */
export function removed(
  state: QueueState,
  ids: readonly string[],
): { readonly state: QueueState; readonly removed: readonly RemovedEntry[] } {
  const out: RemovedEntry[] = [];
  for (const id of ids) {
    const index = state.entries.findIndex((entry) => entry.id === id && entry.state !== 'running');
    const entry = state.entries[index];
    if (!entry) throw unknown(id, 'remove');
    out.push({ entry, index });
  }
  return { state: { ...state, entries: state.entries.filter(({ id }) => !ids.includes(id)) }, removed: out };
}

/** Undoes a removal: each entry stands where it stood, as far as the others allow. */
export function putBack(state: QueueState, entries: readonly RemovedEntry[]): QueueState {
  const all = [...state.entries];
  for (const { entry, index } of [...entries].sort((a, b) => a.index - b.index))
    if (!all.some(({ id }) => id === entry.id)) all.splice(Math.min(index, all.length), 0, entry);
  const group = (entry: QueueEntry): number => (isOver(entry) ? 0 : isWaiting(entry) ? 2 : 1);
  return { ...state, entries: all.sort((a, b) => group(a) - group(b)) };
}

/** The entry's turn has come. */
export const begun = (state: QueueState, id: string): QueueState =>
  changed(state, id, (entry) => ({ ...entry, state: 'running', error: null, attempts: entry.attempts + 1 }));

export const became = (state: QueueState, id: string, runId: string): QueueState =>
  changed(state, id, (entry) => ({ ...entry, runId }));

export interface Outcome {
  readonly state: 'done' | 'failed' | 'stopped';
  readonly error: ErrorReport | null;
  readonly ending?: RunEnding;
}

/** The entry's turn is over: it takes its place behind those whose turn was before. */
export function ended(state: QueueState, id: string, outcome: Outcome, atMs: number): QueueState {
  const next = changed(state, id, (entry) => ({ ...entry, ...outcome, attempts: 0, endedAtMs: atMs }));
  return { ...next, entries: [...next.entries.filter(isOver), ...next.entries.filter((entry) => !isOver(entry))] };
}

/** An entry waits again, before all others. */
export function waitingAgain(state: QueueState, id: string, attempts?: number): QueueState {
  const entry = state.entries.find((each) => each.id === id);
  if (!entry || isWaiting(entry)) throw unknown(id, 'begin again');
  const { ending: _, ...rest } = entry;
  const again: QueueEntry = {
    ...rest,
    state: 'waiting',
    error: null,
    endedAtMs: null,
    attempts: attempts ?? entry.attempts,
  };
  const others = state.entries.filter((each) => each !== entry);
  return { ...state, entries: [...others.filter((each) => !isWaiting(each)), again, ...others.filter(isWaiting)] };
}

/** The user wants it to go on: one that had fallen behind trains to its end. @throws ConfigError `queue/unknown` */
export function retried(state: QueueState, id: string): QueueState {
  const hasFallenBehind = state.entries.find((entry) => entry.id === id)?.ending?.kind === 'median';
  const next = waitingAgain(state, id, 0);
  if (!hasFallenBehind) return next;
  return changed(next, id, ({ rules: { median: _, ...rules }, ...entry }) => ({ ...entry, rules }));
}

export const held = (state: QueueState, because: string | null): QueueState => ({
  ...state,
  isHeld: true,
  heldBecause: because,
});

/** Goes on; what was begun too often may be begun again. */
export const released = (state: QueueState): QueueState => ({
  isHeld: false,
  heldBecause: null,
  entries: state.entries.map((entry) => (isWaiting(entry) ? { ...entry, attempts: 0 } : entry)),
});

/** What a visit finds: an entry that ran when the page went waits again, first of all; the queue is held if that was so often. */
export function recovered(state: QueueState): QueueState {
  const running = state.entries.filter((entry) => entry.state === 'running');
  let next = state;
  for (const { id, name, attempts } of running.reverse()) {
    next = waitingAgain(next, id);
    if (attempts >= MOST_ATTEMPTS)
      next = held(
        next,
        `the page ended ${attempts} times while “${name}” trained; look at it before it is begun again`,
      );
  }
  return next;
}

function changed(state: QueueState, id: string, change: (entry: QueueEntry) => QueueEntry): QueueState {
  return { ...state, entries: state.entries.map((entry) => (entry.id === id ? change(entry) : entry)) };
}

const unknown = (id: string, wish: string): ConfigError =>
  new ConfigError('queue/unknown', `queue: ${wish}: there is no such entry "${id}" any more; look at the list again.`);
