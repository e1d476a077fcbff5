/**
 * Memory for intermediates. Problem: WebGPU forbids one buffer to be both read-only and writable in one dispatch, so a
 * single arena cannot hold a kernel's inputs and outputs. Approach: a few arenas; values that meet in a dispatch as input
 * and output are kept in different ones (a greedy colouring), and inside an arena values whose lifetimes do not overlap
 * share bytes (first fit, in order of definition). Near-linear in practice; complexity O(values · live values).
 */
import { KERNELS } from '../gpu/generated/kernels.gen';
import type { Dispatch, Value } from './dispatch';

/** Bindings must start at multiples of this (the default minStorageBufferOffsetAlignment). */
export const ALIGNMENT_BYTES = 256;

export const alignUp = (bytes: number): number => Math.ceil(Math.max(bytes, 4) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

export interface ArenaPlan {
  /** Arena and offset of each homeless value. */
  readonly placeOf: ReadonlyMap<Value, { readonly arena: number; readonly offsetBytes: number }>;
  readonly arenaBytes: readonly number[];
  /** Sum of all intermediates, for comparison with the arenas' total. */
  readonly totalBytes: number;
}

interface Lifetime {
  readonly value: Value;
  readonly first: number;
  last: number;
  readonly neighbours: Set<Value>;
}

/** Values a dispatch reads and writes, by the kernel's binding table; a part counts as the value it belongs to. */
export function accessesOf(dispatch: Dispatch): { reads: Value[]; writes: Value[] } {
  const reads: Value[] = [];
  const writes: Value[] = [];
  for (const binding of KERNELS[dispatch.kernel].bindings) {
    if (binding.access === 'uniform') continue;
    const value = dispatch.bind[binding.name];
    if (!value) throw new Error(`${dispatch.kernel}: binding ${binding.name} has no value`);
    (binding.access === 'read' ? reads : writes).push(value.part?.of ?? value);
  }
  return { reads, writes };
}

export function planArenas(dispatches: readonly Dispatch[]): ArenaPlan {
  const lifetimes = lifetimesOf(dispatches);
  const placeOf = new Map<Value, { arena: number; offsetBytes: number }>();
  const live: { lifetime: Lifetime; arena: number; start: number; end: number }[][] = [];
  const arenaBytes: number[] = [];
  let totalBytes = 0;
  for (const lifetime of lifetimes) {
    const size = alignUp(lifetime.value.sizeBytes);
    totalBytes += size;
    for (const blocks of live)
      for (let i = blocks.length - 1; i >= 0; i--)
        if ((blocks[i]?.lifetime.last ?? 0) < lifetime.first) blocks.splice(i, 1);
    const forbidden = new Set([...lifetime.neighbours].map((value) => placeOf.get(value)?.arena));
    let best = { arena: -1, start: 0, growth: Number.POSITIVE_INFINITY };
    for (let arena = 0; arena <= arenaBytes.length; arena++) {
      if (forbidden.has(arena)) continue;
      const start = firstGap(live[arena] ?? [], size);
      const growth = Math.max(0, start + size - (arenaBytes[arena] ?? 0));
      if (growth < best.growth || best.arena < 0) best = { arena, start, growth };
      if (growth === 0) break;
    }
    const blocks = live[best.arena] ?? [];
    live[best.arena] = blocks;
    blocks.push({ lifetime, arena: best.arena, start: best.start, end: best.start + size });
    blocks.sort((a, b) => a.start - b.start);
    arenaBytes[best.arena] = Math.max(arenaBytes[best.arena] ?? 0, best.start + size);
    placeOf.set(lifetime.value, { arena: best.arena, offsetBytes: best.start });
  }
  return { placeOf, arenaBytes, totalBytes };
}

function lifetimesOf(dispatches: readonly Dispatch[]): Lifetime[] {
  const lifetimes = new Map<Value, Lifetime>();
  dispatches.forEach((dispatch, index) => {
    const { reads, writes } = accessesOf(dispatch);
    for (const value of [...reads, ...writes]) {
      if (value.home) continue;
      const held = lifetimes.get(value) ?? { value, first: index, last: index, neighbours: new Set<Value>() };
      held.last = value.isKept ? Number.POSITIVE_INFINITY : index;
      lifetimes.set(value, held);
    }
    for (const written of writes)
      for (const read of reads) {
        if (read === written)
          throw new Error(`${dispatch.kernel}: ${read.label} is both read and written through separate bindings`);
        lifetimes.get(written)?.neighbours.add(read);
        lifetimes.get(read)?.neighbours.add(written);
      }
  });
  return [...lifetimes.values()].sort((a, b) => a.first - b.first);
}

/** Lowest offset where `size` bytes are free among blocks sorted by start. */
function firstGap(blocks: readonly { start: number; end: number }[], size: number): number {
  let start = 0;
  for (const block of blocks) {
    if (block.start - start >= size) return start;
    start = Math.max(start, block.end);
  }
  return start;
}
