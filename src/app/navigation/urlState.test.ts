import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING, type Selection } from '../stores/selection';
import { decodeUrlState, encodeUrlState, isParamKey, MAX_QUERY, type UrlState } from './urlState';

const EMPTY: UrlState = { selection: NOTHING, data: null, params: {} };
const of = (selection: Partial<Selection>): UrlState => ({ ...EMPTY, selection: { ...NOTHING, ...selection } });

const indices = fc.uniqueArray(fc.nat(5000), { maxLength: 60 }).map((list) => [...list].sort((a, b) => a - b));
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), { maxLength: 5 });
const sorted = names.map((list) => [...list].sort());
const selections: fc.Arbitrary<Selection> = fc.record({
  items: indices,
  codes: fc.array(fc.nat(4095), { maxLength: 8 }),
  users: indices,
  runs: sorted,
  domains: sorted,
  step: fc.option(fc.nat()),
});
const params = fc.dictionary(
  fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/).filter(isParamKey),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  { maxKeys: 6 },
);

describe('the address of a view', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(selections, params, (selection, view) => {
        const isOfData = selection.items.length + selection.codes.length + selection.users.length > 0;
        const state: UrlState = { selection, data: isOfData ? '5334b687' : null, params: { ...view } };
        const query = encodeUrlState(state);
        expect(query).not.toBeNull();
        expect(decodeUrlState(query ?? '')).toEqual(state);
      }),
    );
  });

  it('survives the way through a real address', () => {
    fc.assert(
      fc.property(selections, params, (selection, view) => {
        const query = encodeUrlState({ selection, data: null, params: view }) ?? '';
        const url = new URL(`http://localhost/#/codebooks?${query}`);
        expect(url.hash).toBe(`#/codebooks?${query}`);
      }),
    );
  });

  it('is one for equal states', () => {
    const query = encodeUrlState({ ...of({ items: [1, 2, 3, 9] }), params: { sort: 'size', a: '1' } });
    expect(query).toBe('items=1-3.9&a=1&sort=size');
    expect(encodeUrlState({ ...of({ items: [1, 2, 3, 9] }), params: { a: '1', sort: 'size' } })).toBe(query);
  });

  it('never throws and always gives something valid, whatever the fragment', () => {
    const pieces = fc.constantFrom(
      'items=',
      'codes=',
      'step=',
      'runs=',
      'domains=',
      'data=',
      '&',
      '=',
      '-',
      '.',
      ',',
      '%',
      '%E0%A4',
      '1',
      '99999999999',
      '__proto__=',
      'constructor=',
    );
    const noise = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(noise, (query) => {
        const state = decodeUrlState(query);
        const again = encodeUrlState(state);
        // What was understood can be written and read again.
        if (again !== null) expect(decodeUrlState(again).selection).toEqual(state.selection);
        expect(state.selection.items.every(Number.isSafeInteger)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out keys that nobody knows and values that are none', () => {
    const state = decodeUrlState('items=a&codes=1.x&step=-4&runs=%E0%A4&data=nohash&UPPER=1&ok=yes&9=z');
    expect(state).toEqual({ ...EMPTY, params: { ok: 'yes' } });
  });

  it('does not fill the memory for a range in a forged address', () => {
    expect(decodeUrlState('items=0-9007199254740991').selection.items).toEqual([]);
    expect(decodeUrlState('items=5-1').selection.items).toEqual([]);
    expect(decodeUrlState('users=0-1000000.2000000-3100000').selection.users).toEqual([]);
  });

  it('is not written when it is longer than addresses may be', () => {
    const items = Array.from({ length: 3000 }, (_, at) => 2 * at);
    expect(encodeUrlState(of({ items }))).toBeNull();
    const whole = Array.from({ length: 100_000 }, (_, at) => at);
    expect(encodeUrlState(of({ items: whole }))).toBe('items=0-99999');
    expect(encodeUrlState(of({ items: items.slice(0, 1500) }))?.length).toBeLessThan(MAX_QUERY);
  });

  it('names the data only where something refers to it', () => {
    expect(encodeUrlState({ ...of({ domains: ['home'] }), data: '5334b687' })).toBe('domains=home');
    expect(encodeUrlState({ ...of({ items: [1] }), data: '5334b687' })).toBe('items=1&data=5334b687');
  });
});
