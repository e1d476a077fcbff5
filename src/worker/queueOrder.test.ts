import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import preset from '../../models/t5/test.json';
import { checkRunConfig } from '../train/config';
import type { QueueEntry, QueueState } from './protocol/queue';
import { checkEntry, EMPTY_QUEUE, noteOf, queueIn } from './queueNote';
import * as order from './queueOrder';

const config = checkRunConfig(preset, 'preset');
const entry = (id: string, change: Partial<QueueEntry> = {}): QueueEntry => ({
  id,
  name: `run ${id}`,
  config,
  rules: { minutes: null },
  batch: null,
  data: { name: 'shop', hash: 'h' },
  dataOrigin: null,
  state: 'waiting',
  runId: null,
  error: null,
  attempts: 0,
  addedAtMs: 1,
  endedAtMs: null,
  ...change,
});
const queue = (...ids: string[]): QueueState =>
  order.added(
    EMPTY_QUEUE,
    ids.map((id) => entry(id)),
  );
const ids = ({ entries }: QueueState): string => entries.map(({ id }) => id).join('');
const done = { state: 'done', error: null } as const;
const MEDIAN = { minRuns: 3, graceEpochs: 2 };

describe('order of the queue', () => {
  it('takes runs first come, first served, and puts those that are over first', () => {
    const start = queue('a', 'b', 'c');
    expect(order.nextOf(start)?.id).toBe('a');
    const second = order.ended(order.begun(start, 'a'), 'a', done, 9);
    expect(ids(second)).toBe('abc');
    expect(second.entries[0]).toMatchObject({ state: 'done', endedAtMs: 9, attempts: 0 });
    expect(order.nextOf(second)?.id).toBe('b');
  });

  it('moves only what waits, and never past what is over', () => {
    const running = order.begun(order.ended(order.begun(queue('a', 'b', 'c', 'd'), 'a'), 'a', done, 1), 'b');
    expect(ids(order.moved(running, 'd', 0))).toBe('abdc');
    expect(ids(order.moved(running, 'c', 99))).toBe('abdc');
    expect(() => order.moved(running, 'b', 0)).toThrow(expect.objectContaining({ code: 'queue/unknown' }));
  });

  it('keeps every entry, whatever is moved, and the order of the others', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.integer({ min: -3, max: 9 })), { maxLength: 20 }), (moves) => {
        let state = queue(...'abcdef');
        for (const [at, to] of moves) {
          const id = 'abcdef'[at] ?? 'a';
          const before = ids(state).replace(id, '');
          state = order.moved(state, id, to);
          expect(ids(state).replace(id, '')).toBe(before);
        }
        expect([...ids(state)].sort().join('')).toBe('abcdef');
      }),
    );
  });

  it('puts what was removed back where it stood', () => {
    const start = queue('a', 'b', 'c', 'd');
    const { state, removed } = order.removed(start, ['b', 'd']);
    expect(ids(state)).toBe('ac');
    expect(order.putBack(state, removed)).toEqual(start);
    // Undone twice, or undone where it is again: once is enough.
    expect(order.putBack(start, removed)).toEqual(start);
    const later = order.begun(state, 'a');
    expect(ids(order.putBack(later, removed))).toBe('abcd');
    expect(() => order.removed(later, ['a'])).toThrow(expect.objectContaining({ code: 'queue/unknown' }));
  });

  it('refuses more runs than it holds, and drops the oldest of those that are over', () => {
    const many = Array.from({ length: order.MOST_ENTRIES }, (_, at) => entry(`n${at}`));
    expect(() => order.added(queue('a'), many)).toThrow(expect.objectContaining({ code: 'queue/full' }));
    const over = Array.from({ length: 300 }, (_, at) => entry(`o${at}`, { state: 'done' }));
    const state = order.added({ ...EMPTY_QUEUE, entries: over }, [entry('a')]);
    expect(state.entries.length).toBeLessThanOrEqual(order.MOST_ENTRIES + 1);
    expect(state.entries.at(-2)?.id).toBe('o299');
  });

  it('asks no more of a run that fell behind once the user wants it to go on; other runs keep their rules', () => {
    const ruled = (id: string) => entry(id, { rules: { minutes: 5, median: MEDIAN } });
    const start = order.added(EMPTY_QUEUE, [ruled('a'), ruled('b')]);
    const behind = { ...done, ending: { kind: 'median', message: 'behind' } } as const;
    const failed = { state: 'failed', error: { code: 'x/y', message: 'no' } } as const;
    const over = order.ended(order.begun(order.ended(order.begun(start, 'a'), 'a', behind, 1), 'b'), 'b', failed, 2);
    const [a] = order.retried(over, 'a').entries.filter(({ id }) => id === 'a');
    expect(a).toMatchObject({ state: 'waiting', rules: { minutes: 5 }, attempts: 0 });
    expect(a?.rules.median).toBeUndefined();
    expect(a?.ending).toBeUndefined();
    const [b] = order.retried(over, 'b').entries.filter(({ id }) => id === 'b');
    expect(b).toMatchObject({ state: 'waiting', rules: { median: MEDIAN } });
    // A page that was closed is no wish of the user.
    expect(order.recovered(order.begun(start, 'a')).entries[0]?.rules.median).toEqual(MEDIAN);
    expect(() => order.retried(over, 'c')).toThrow(expect.objectContaining({ code: 'queue/unknown' }));
  });

  it('begins again what ran when the page went, first of all, and holds what took it down too often', () => {
    const running = order.begun(queue('a', 'b'), 'a');
    const again = order.recovered(running);
    expect(again).toMatchObject({ isHeld: false, entries: [{ id: 'a', state: 'waiting', attempts: 1 }, { id: 'b' }] });
    let state = running;
    for (let attempt = 1; attempt < order.MOST_ATTEMPTS; attempt++) state = order.begun(order.recovered(state), 'a');
    const held = order.recovered(state);
    expect(held.isHeld).toBe(true);
    expect(held.heldBecause).toContain('run a');
    expect(order.nextOf(held)).toBeNull();
    expect(order.nextOf(order.released(held))).toMatchObject({ id: 'a', attempts: 0 });
  });
});

describe('the kept queue', () => {
  it('comes back as it was', () => {
    const state = order.held(
      order.ended(
        order.begun(queue('a', 'b'), 'a'),
        'a',
        { state: 'failed', error: { code: 'x/y', message: 'no' } },
        5,
      ),
      'why',
    );
    expect(queueIn(noteOf(state), () => expect.fail('warned'))).toEqual(state);
    expect(queueIn(undefined, () => expect.fail('warned'))).toEqual(EMPTY_QUEUE);
    const ended = entry('c', {
      state: 'done',
      rules: { minutes: null, median: MEDIAN },
      ending: { kind: 'median', message: 'behind' },
    });
    const kept = { ...EMPTY_QUEUE, entries: [ended] };
    expect(queueIn(noteOf(kept), () => expect.fail('warned'))).toEqual(kept);
  });

  it('leaves out an entry that cannot be read and keeps the others', () => {
    const warned: unknown[] = [];
    const broken = JSON.parse(noteOf(queue('a', 'b')));
    broken.entries[0].config.tokenizer.levels = 0;
    const read = queueIn(JSON.stringify(broken), (error) => warned.push(error));
    expect(ids(read)).toBe('b');
    expect(warned).toEqual([
      expect.objectContaining({ code: 'config/field', message: expect.stringContaining('tokenizer.levels') }),
    ]);
    expect(queueIn('{"version":9}', (error) => warned.push(error))).toEqual(EMPTY_QUEUE);
    expect(warned).toHaveLength(2);
  });

  it('names the field of an entry that is wrong', () => {
    expect(() => checkEntry({ ...entry('a'), attempts: -1 })).toThrow(
      expect.objectContaining({ code: 'storage/queue', message: expect.stringContaining('"attempts"') }),
    );
    expect(checkEntry(entry('a'))).toEqual(entry('a'));
  });
});
