/**
 * One history of changes that `Mod+Z` walks back and `Mod+Shift+Z` forward: configuration, view, selection and report edits.
 * A change is a pair of functions, so the history is not a zustand store; it lasts as long as the page.
 */
import { useSyncExternalStore } from 'react';

export interface Change {
  /** What was changed, to be read after "Undo": "selection", "configuration". */
  readonly label: string;
  undo(): void;
  redo(): void;
  /** Changes of one key that follow each other quickly (typing, dragging) become one. */
  readonly mergeKey?: string;
}

const MAX_CHANGES = 100;
/** Two presses of a person who changes one thing are seldom further apart; two different wishes seldom nearer. */
const MERGE_MS = 1000;

interface Entry extends Change {
  readonly at: number;
}

let past: readonly Entry[] = [];
let future: readonly Entry[] = [];
let isWalking = false;
const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

/** Notes a change that has just been made; while a change is being undone or redone nothing is noted. */
export function recordChange(change: Change, now: number = performance.now()): void {
  if (isWalking) return;
  const last = past.at(-1);
  const isMerged =
    last !== undefined &&
    change.mergeKey !== undefined &&
    last.mergeKey === change.mergeKey &&
    future.length === 0 &&
    now - last.at < MERGE_MS;
  const entry: Entry = isMerged ? { ...change, undo: last.undo, at: now } : { ...change, at: now };
  past = [...(isMerged ? past.slice(0, -1) : past), entry].slice(-MAX_CHANGES);
  future = [];
  tell();
}

/** Takes the last change back. @returns its label, or null if there is none */
export function undoChange(): string | null {
  const last = past.at(-1);
  if (!last) return null;
  past = past.slice(0, -1);
  future = [...future, last];
  walk(() => last.undo());
  return last.label;
}

/** Makes the change again that was taken back last. @returns its label, or null if there is none */
export function redoChange(): string | null {
  const next = future.at(-1);
  if (!next) return null;
  future = future.slice(0, -1);
  past = [...past, next];
  walk(() => next.redo());
  return next.label;
}

/** Other data or another run: the changes made before mean nothing any more. */
export function forgetChanges(): void {
  past = [];
  future = [];
  tell();
}

function walk(step: () => void): void {
  isWalking = true;
  try {
    step();
  } finally {
    isWalking = false;
    tell();
  }
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const undoLabel = (): string | null => past.at(-1)?.label ?? null;
const redoLabel = (): string | null => future.at(-1)?.label ?? null;

/** What `Mod+Z` and `Mod+Shift+Z` would walk over now; null where there is nothing. */
export function useUndoLabels(): { readonly undo: string | null; readonly redo: string | null } {
  return {
    undo: useSyncExternalStore(subscribe, undoLabel, () => null),
    redo: useSyncExternalStore(subscribe, redoLabel, () => null),
  };
}
