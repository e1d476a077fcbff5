/**
 * All live curves of the page, outside the stores: `run/key` names one. Rows come in at any rate; readers are told at most
 * once a frame.
 */
import { useSyncExternalStore } from 'react';
import type { MetricRow } from '../../worker/protocol';
import { CurveBuffer } from './curveBuffer';

export type Run = MetricRow['run'];

const buffers = new Map<string, CurveBuffer>();
const listeners = new Set<() => void>();
let version = 0;
let isAnnounced = false;

/** The curve of a run's value; empty if none has come. */
export function curveOf(run: Run, key: string): CurveBuffer {
  const name = `${run}/${key}`;
  let buffer = buffers.get(name);
  if (!buffer) {
    buffer = new CurveBuffer();
    buffers.set(name, buffer);
  }
  return buffer;
}

export function appendRows(rows: readonly MetricRow[]): void {
  for (const row of rows) {
    for (const [key, value] of Object.entries(row.values)) {
      if (Number.isFinite(value)) curveOf(row.run, key).append(row.step, value);
    }
  }
  announce();
}

export function clearCurves(run: Run): void {
  for (const [name, buffer] of buffers) if (name.startsWith(`${run}/`)) buffer.clear();
  announce();
}

/** Re-renders the caller when a curve has changed; the value only counts changes. */
export function useCurveVersion(): number {
  return useSyncExternalStore(subscribe, () => version);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function announce(): void {
  if (isAnnounced) return;
  isAnnounced = true;
  // A timer, not an animation frame: hidden pages get no frames, and their numbers must not be stale when shown again.
  setTimeout(() => {
    isAnnounced = false;
    version++;
    for (const listener of listeners) listener();
  }, 100);
}
