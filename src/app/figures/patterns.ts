/** Hatchings: a weak ground of the colour with strokes of the full colour, so that both colour and form tell series apart. */
import type { Pattern } from './palette';
import type { Fill, Scene } from './scene';

export interface PatternParts {
  readonly size: number;
  /** Opacity of the ground. */
  readonly base: number;
  readonly lines: { readonly d: string; readonly width: number; readonly cap: 'butt' | 'round' };
}

/** @param em text size that the pattern goes with */
export function patternParts(pattern: Pattern, em: number): PatternParts {
  const s = Math.round(em * (pattern === 'cross' ? 0.8 : 0.64) * 100) / 100;
  const h = s / 2;
  // Corners are drawn on all sides of the tile, so that strokes go on without a gap.
  const rising = `M${-h},${h}L${h},${-h}M0,${s}L${s},0M${h},${s + h}L${s + h},${h}`;
  const falling = `M${-h},${h}L${h},${s + h}M0,0L${s},${s}M${h},${-h}L${s + h},${h}`;
  switch (pattern) {
    case 'solid':
      return { size: s, base: 1, lines: { d: '', width: 0, cap: 'butt' } };
    case 'diagonal':
      return { size: s, base: 0.45, lines: { d: rising, width: s * 0.3, cap: 'butt' } };
    case 'cross':
      return { size: s, base: 0.4, lines: { d: `${rising}${falling}`, width: s * 0.16, cap: 'butt' } };
    case 'dots':
      return { size: s, base: 0.35, lines: { d: `M${h},${h}h0.01`, width: s * 0.5, cap: 'round' } };
  }
}

export const patternId = (prefix: string, { colour, pattern }: Pick<Fill, 'colour' | 'pattern'>): string =>
  `${prefix}${pattern}-${colour}`;

/** The hatchings that a scene uses, each once. */
export function patternsOf(scene: Scene): readonly Fill[] {
  const found = new Map<string, Fill>();
  for (const shape of scene.shapes)
    if (shape.kind !== 'text' && shape.fill && shape.fill.pattern !== 'solid')
      found.set(patternId('', shape.fill), shape.fill);
  return [...found.values()];
}
