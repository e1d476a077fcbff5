import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DARK, DIVERGING, LIGHT, type Palette, RAMP, SERIES_COUNT, seriesStyle } from './palette';

type Rgb = readonly [number, number, number];

const linear = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);
const linearRgb = (hex: string): Rgb => {
  const [r, g, b] = [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  return [r ?? 0, g ?? 0, b ?? 0];
};
const times = (matrix: readonly Rgb[], [x, y, z]: Rgb): Rgb => {
  const [r, g, b] = matrix.map(([a, c, d]) => a * x + c * y + d * z);
  return [r ?? 0, g ?? 0, b ?? 0];
};

const luminance = (hex: string): number => {
  const [r, g, b] = linearRgb(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (first: string, second: string): number => {
  const [low = 0, high = 0] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const VISION: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Ottosson 2020. */
const okLab = (rgb: Rgb): Rgb => {
  const [l, m, s] = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(l), Math.cbrt(m), Math.cbrt(s)],
  );
};
const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const clamped = ([r, g, b]: Rgb): Rgb => [clamp(r), clamp(g), clamp(b)];
const seen = (hex: string, matrix: readonly Rgb[]): Rgb => okLab(clamped(times(matrix, linearRgb(hex))));
const distance = (first: Rgb, second: Rgb): number =>
  Math.hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2]);

const SERIES = Array.from({ length: SERIES_COUNT }, (_, index) => `series-${index + 1}`);
const STEPS = [...RAMP, ...DIVERGING];
const ALL = [
  ...['ink', 'ink-2', 'ink-3', 'line-strong', 'grid', 'panel', 'hatch'],
  ...SERIES,
  ...STEPS,
  ...STEPS.map((name) => `on-${name}`),
];

describe.each([
  { theme: 'light', palette: LIGHT },
  { theme: 'dark', palette: DARK },
])('$theme palette', ({ theme, palette }: { theme: string; palette: Palette }) => {
  it('equals the tokens of the style sheet', () => {
    const css = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8');
    const [light = '', dark = ''] = css.split(':root[data-theme="dark"]');
    const block = theme === 'light' ? light : dark;
    const tokens = Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]));
    expect(Object.fromEntries(ALL.map((name) => [name, tokens[name]]))).toEqual(palette);
  });

  it.each(Object.keys(VISION))('keeps series apart under %s vision (ΔOK ≥ 0.10)', (kind) => {
    const colours = SERIES.map((name) => seen(palette[name] ?? '', VISION[kind] ?? []));
    for (const [index, first] of colours.entries())
      for (const second of colours.slice(index + 1)) expect(distance(first, second)).toBeGreaterThanOrEqual(0.1);
  });

  it('draws series at 3:1 or more on the panel', () => {
    for (const name of SERIES)
      expect(contrast(palette[name] ?? '', palette['panel'] ?? ''), name).toBeGreaterThanOrEqual(3);
  });

  it('writes text at 4.5:1 or more on the panel and on every cell colour', () => {
    for (const name of ['ink', 'ink-2', 'ink-3'] as const)
      expect(contrast(palette[name] ?? '', palette['panel'] ?? ''), name).toBeGreaterThanOrEqual(4.5);
    for (const name of STEPS)
      expect(contrast(palette[name] ?? '', palette[`on-${name}`] ?? ''), name).toBeGreaterThanOrEqual(4.5);
  });

  it('orders the sequential ramp by luminance', () => {
    const steps = RAMP.map((name) => luminance(palette[name] ?? ''));
    const sorted = [...steps].sort((a, b) => (theme === 'light' ? b - a : a - b));
    expect(steps).toEqual(sorted);
  });
});

describe('seriesStyle', () => {
  it('gives 32 series different looks and neighbours nothing in common but the form', () => {
    const styles = Array.from({ length: 32 }, (_, index) => seriesStyle(index));
    expect(new Set(styles.map(({ colour, pattern }) => `${colour} ${pattern}`)).size).toBe(32);
    styles.slice(1).forEach((style, index) => {
      const before = styles[index];
      expect(style.colour).not.toBe(before?.colour);
      expect(style.pattern).not.toBe(before?.pattern);
      expect(style.dash).not.toEqual(before?.dash);
      expect(style.marker).not.toBe(before?.marker);
    });
  });
});
