import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// Chart colours have a test of their own (figures/palette.test.ts); here is what words, rings and borders are drawn in.
const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const [lightBlock = '', darkBlock = ''] = css.split(':root[data-theme="dark"]');
const tokensOf = (block: string): Map<string, string> =>
  new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
const light = tokensOf(lightBlock);

/** WCAG 2.2 relative luminance. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const SURFACES = ['page', 'panel', 'sunken', 'raised'];

describe.each([
  { theme: 'light', tokens: light },
  { theme: 'dark', tokens: new Map([...light, ...tokensOf(darkBlock)]) },
])('tokens of the $theme theme', ({ tokens }) => {
  const contrast = (first: string, second: string): number => {
    const [a, b] = [tokens.get(first), tokens.get(second)];
    if (a === undefined || b === undefined) throw new Error(`no colour ${first} or ${second}`);
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  it('write words at 4.5:1 or more on every surface', () => {
    for (const ink of ['ink', 'ink-2', 'ink-3', 'accent', 'good', 'warn', 'bad'])
      for (const surface of SURFACES)
        expect(contrast(ink, surface), `${ink} on ${surface}`).toBeGreaterThanOrEqual(4.5);
  });

  it('write words at 4.5:1 or more on their soft grounds and on the accent', () => {
    for (const name of ['accent', 'good', 'warn', 'bad'])
      expect(contrast(name, `${name}-soft`), name).toBeGreaterThanOrEqual(4.5);
    expect(contrast('on-accent', 'accent')).toBeGreaterThanOrEqual(4.5);
    expect(contrast('on-accent', 'accent-hover')).toBeGreaterThanOrEqual(4.5);
  });

  it('draw the focus ring and the borders of fields at 3:1 or more on every surface', () => {
    for (const surface of SURFACES) {
      expect(contrast('accent', surface), `ring on ${surface}`).toBeGreaterThanOrEqual(3);
      expect(contrast('line-strong', surface), `border on ${surface}`).toBeGreaterThanOrEqual(3);
    }
  });
});
