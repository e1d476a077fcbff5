import { describe, expect, it } from 'vitest';
import type { Sector } from './scene';
import { distanceToSector, sectorPath, textInSector } from './sectors';

const ring = (from: number, to: number, inner = 50, outer = 100): Sector => ({
  centre: [200, 100],
  inner,
  outer,
  from,
  to,
});
const QUARTER = Math.PI / 2;

describe('parts of rings', () => {
  it('are outlined by two arcs, clockwise from the top', () => {
    expect(sectorPath(ring(0, QUARTER))).toBe('M200,0A100,100 0 0 1 300,100L250,100A50,50 0 0 0 200,50Z');
    expect(sectorPath(ring(0, 3 * QUARTER))).toContain('A100,100 0 1 1 100,100');
    expect(sectorPath(ring(0, QUARTER, 0))).toBe('M200,0A100,100 0 0 1 300,100L200,100Z');
  });

  it('that go all around are whole rings, since one arc cannot end where it began', () => {
    expect(sectorPath(ring(0, 4 * QUARTER, 0))).toBe('M200,0A100,100 0 0 1 200,200A100,100 0 0 1 200,0Z');
    expect(sectorPath(ring(0, 4 * QUARTER)).match(/Z/g)).toHaveLength(2);
  });

  it('know how far a point is', () => {
    const part = ring(0, QUARTER);
    expect(distanceToSector(part, { x: 250, y: 50 })).toBe(0);
    expect(distanceToSector(part, { x: 200, y: 90 })).toBeCloseTo(40, 9);
    expect(distanceToSector(part, { x: 320, y: 100 })).toBeCloseTo(20, 9);
    // Just to the left of the top: nearest over the seam, not the long way round.
    expect(distanceToSector(part, { x: 200 - 75 * Math.sin(0.1), y: 100 - 75 * Math.cos(0.1) })).toBeCloseTo(7.5, 6);
  });

  it('carry the first text that fits, never upside down', () => {
    const texts = ['a rather long text for a part', '42'];
    expect(textInSector(ring(0, 4 * QUARTER, 0), texts, 11)).toMatchObject({ text: texts[0], x: 200 });
    expect(textInSector(ring(0, 0.3), texts, 11)).toMatchObject({ text: '42' });
    expect(textInSector(ring(0, 0.05), texts, 11)).toBeNull();
    for (let from = 0; from < 4 * QUARTER; from += 0.1) {
      const text = textInSector(ring(from, from + 0.35), ['42'], 11);
      const turn = text && 'turn' in text ? (text.turn ?? 0) : 0;
      expect(Math.cos((turn * Math.PI) / 180)).toBeGreaterThan(-1e-9);
    }
  });
});
