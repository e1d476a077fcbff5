import { describe, expect, it } from 'vitest';
import { matchPress } from './keyboard';
import type { Command } from './registry';

const command = (id: string, keys: string, within?: string): Command => ({
  id,
  title: id,
  group: 'page',
  keys,
  run: () => undefined,
  ...(within === undefined ? {} : { within }),
});
const COMMANDS = [
  command('palette', 'Mod+K'),
  command('undo', 'Mod+Z'),
  command('help', '?'),
  command('data', 'g d'),
  command('pause', 'Space', '[data-training]'),
  command('step', '.', '[data-training]'),
];
/** An element inside others, each named by a selector it matches. */
interface Focus {
  closest(selectors: string): unknown;
}
const inside = (...selectors: readonly string[]): Focus => ({
  closest: (asked) => (selectors.some((selector) => asked.includes(selector)) ? {} : null),
});
const match = (press: string, focus: Focus | null = null, before = '', isModal = false) =>
  matchPress(before, press, { commands: COMMANDS, keys: ({ keys }) => keys ?? null, focus, isModal });

describe('keys pressed', () => {
  it('run combinations everywhere, also in inputs', () => {
    expect(match('Mod+K', inside('textarea')).command?.id).toBe('palette');
  });

  it('leave undo to the text that is being typed', () => {
    expect(match('Mod+Z', inside('textarea')).command).toBeNull();
    expect(match('Mod+Z').command?.id).toBe('undo');
  });

  it('never run single characters in inputs or behind a dialog', () => {
    for (const field of ['textarea', 'select', '[contenteditable="true"]', '[role="combobox"]']) {
      expect(match('?', inside(field)).command).toBeNull();
      expect(match('g', inside(field)).isBegun).toBe(false);
    }
    expect(match('?', null, '', true).command).toBeNull();
    expect(match('?').command?.id).toBe('help');
  });

  it('begin a sequence with its first key and end it with the second', () => {
    expect(match('g')).toEqual({ command: null, isBegun: true });
    expect(match('d', null, 'g ').command?.id).toBe('data');
    expect(match('d').command).toBeNull();
  });

  it('pause with the space bar only inside the training panel, and never on a button', () => {
    expect(match('Space').command).toBeNull();
    expect(match('Space', inside('[data-training]')).command?.id).toBe('pause');
    expect(match('Space', inside('[data-training]', 'button')).command).toBeNull();
    expect(match('.').command).toBeNull();
    expect(match('.', inside('[data-training]')).command?.id).toBe('step');
  });
});
