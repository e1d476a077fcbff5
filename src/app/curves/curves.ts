/**
 * All live curves of the page, outside the stores: `run/key` names one. Rows come in at any rate; canvases are told once a
 * frame, words and numbers ten times a second.
 */
import { useSyncExternalStore } from 'react';
import type { MetricRow } from '../../worker/protocol';
import { CurveBuffer } from './curveBuffer';

export type Run = MetricRow['run'];

const buffers = new Map<string, CurveBuffer>();
/** By run: the epoch and step of the newest row, and the steps after which another phase began. */
const phases = new Map<Run, { epoch: number; step: number; ends: readonly number[] }>();
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
    followPhase(row);
    for (const [key, value] of Object.entries(row.values)) curveOf(row.run, key).append(row.step, value);
  }
  announce();
}

/** Steps after which another phase of a run began (pre-training, then fine-tuning), ascending. */
export const phaseEndsOf = (run: Run): readonly number[] => phases.get(run)?.ends ?? NO_ENDS;

const NO_ENDS: readonly number[] = [];

/** Steps go on over the phases of a run while epochs begin anew; where steps go back too, training went back to a checkpoint. */
function followPhase({ run, step, epoch }: MetricRow): void {
  const last = phases.get(run) ?? { epoch, step, ends: NO_ENDS };
  const isNew = step > last.step && epoch < last.epoch;
  const ends = isNew ? [...last.ends, last.step] : last.ends.filter((end) => end < step);
  phases.set(run, { epoch, step, ends: ends.length === last.ends.length ? last.ends : ends });
}

export function clearCurves(run: Run): void {
  phases.delete(run);
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

const painters = new Set<() => void>();
let isFrameAsked = false;

/** Calls `paint` in the next frame after each change. @returns what ends it */
export function onCurveFrame(paint: () => void): () => void {
  painters.add(paint);
  return () => painters.delete(paint);
}

function announce(): void {
  if (!isFrameAsked && painters.size > 0) {
    isFrameAsked = true;
    requestAnimationFrame(() => {
      isFrameAsked = false;
      for (const paint of painters) paint();
    });
  }
  if (isAnnounced) return;
  isAnnounced = true;
  // A timer, not an animation frame: hidden pages get no frames, and their numbers must not be stale when shown again.
  setTimeout(() => {
    isAnnounced = false;
    version++;
    for (const listener of listeners) listener();
  }, 100);
}
