import { describe, expect, it } from 'vitest';
import { keysOf, readShortcuts } from './shortcuts';

describe('kept shortcuts', () => {
  it('come back as they were kept', () => {
    const kept = { isOn: false, remapped: { 'open /data': 'g x' } };
    expect(readShortcuts(JSON.stringify(kept))).toEqual(kept);
  });

  it('leaves out keys that are none, and falls back for anything else', () => {
    expect(readShortcuts('{"isOn":true,"remapped":{"a":"xyz","b":5,"c":"x"}}').remapped).toEqual({ c: 'x' });
    for (const text of [null, '[]', '3', '{"isOn":1,"remapped":{}}', '{"isOn":true}'])
      expect(readShortcuts(text)).toEqual({ isOn: true, remapped: {} });
  });

  it('switches off single characters but never combinations', () => {
    const off = { isOn: false, remapped: {} };
    expect(keysOf({ id: 'a', keys: 'g d' }, off)).toBeNull();
    expect(keysOf({ id: 'b', keys: 'Mod+K' }, off)).toBe('Mod+K');
    expect(keysOf({ id: 'a', keys: 'g d' }, { isOn: true, remapped: { a: 'x' } })).toBe('x');
  });
});
