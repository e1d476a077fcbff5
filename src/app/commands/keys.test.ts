import { describe, expect, it } from 'vitest';
import { isKeysText, isSingleCharacter, type Pressed, pressOf, shownKeys } from './keys';

const press = (key: string, held: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('keys', () => {
  it('reads Command on a Mac and Control elsewhere as Mod', () => {
    expect(pressOf(press('k', { ctrlKey: true }), false)).toBe('Mod+K');
    expect(pressOf(press('k', { metaKey: true }), true)).toBe('Mod+K');
    expect(pressOf(press('k', { metaKey: true }), false)).toBe('Meta+k');
    expect(pressOf(press('k', { ctrlKey: true }), true)).toBe('Meta+k');
  });

  it('names Shift beside Mod and letters only', () => {
    expect(pressOf(press('Z', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+Shift+Z');
    expect(pressOf(press('?', { shiftKey: true }), false)).toBe('?');
    // Layouts where the slash needs Shift.
    expect(pressOf(press('/', { ctrlKey: true, shiftKey: true }), false)).toBe('Mod+/');
  });

  it('names the space bar', () => {
    expect(pressOf(press(' '), false)).toBe('Space');
  });

  it('tells single characters from combinations', () => {
    for (const keys of ['?', 'g d', '/', 'Space', '+']) expect(isSingleCharacter(keys)).toBe(true);
    for (const keys of ['Mod+K', 'Alt+x']) expect(isSingleCharacter(keys)).toBe(false);
  });

  it('shows sequences with "then"', () => {
    expect(shownKeys('g d', false)).toEqual(['g', 'then', 'd']);
    expect(shownKeys('Mod+Shift+Z', true)).toEqual(['⌘', '⇧', 'Z']);
  });

  it('accepts one character or g and one as keys of the user', () => {
    for (const text of ['x', 'g x', '!', 'ß']) expect(isKeysText(text)).toBe(true);
    for (const text of ['', 'xy', 'g', 'g xy', ' ', 'a b', '+']) expect(isKeysText(text)).toBe(false);
  });
});
