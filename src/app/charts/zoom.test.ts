import { describe, expect, it } from 'vitest';
import { movedSpan, moveOfKey, readSpan, type Span, withinAll, ZOOM } from './zoom';

const ALL: Span = [1, 1001];

describe('zoom of curves', () => {
  it('goes in and out about the middle, and ends at the whole', () => {
    const inner = movedSpan(null, ALL, 'in');
    expect(inner).toEqual([189, 814]);
    expect(movedSpan(inner, ALL, 'out')).toBeNull();
    expect(movedSpan([1, 101], ALL, 'out')).toEqual([1, 161]);
    expect(movedSpan([901, 1001], ALL, 'out')).toEqual([841, 1001]);
  });

  it('never shows less than one step', () => {
    let span: Span | null = null;
    for (let press = 0; press < 40; press++) span = movedSpan(span, ALL, 'in');
    expect(span).not.toBeNull();
    expect((span?.[1] ?? 0) - (span?.[0] ?? 0)).toBeGreaterThanOrEqual(1);
  });

  it('moves by a quarter, keeps its width, and stops at the ends', () => {
    expect(movedSpan([401, 601], ALL, 'right')).toEqual([451, 651]);
    expect(movedSpan([401, 601], ALL, 'left')).toEqual([351, 551]);
    expect(movedSpan([21, 221], ALL, 'left')).toEqual([1, 201]);
    expect(movedSpan([801, 1001], ALL, 'right')).toEqual([801, 1001]);
    expect(movedSpan(null, ALL, 'left')).toBeNull();
    expect(movedSpan([401, 601], ALL, 'all')).toBeNull();
  });

  it('reads two fields; an empty one is the end, and says what is wrong', () => {
    expect(readSpan('10', '', ALL)).toEqual({ span: [10, 1001], problem: null });
    expect(readSpan('', '500', ALL)).toEqual({ span: [1, 500], problem: null });
    expect(readSpan('-5', '5000', ALL)).toEqual({ span: null, problem: null });
    expect(readSpan('1.5', '', ALL).problem).toMatch(/whole/);
    expect(readSpan('x', '', ALL).problem).toMatch(/whole/);
    expect(readSpan('30', '20', ALL).problem).toMatch(/before/);
    expect(readSpan('2000', '3000', ALL).problem).toMatch(/1 to 1001/);
  });

  it('is kept in the address, and leaves nothing that is not a span', () => {
    expect(ZOOM.read(ZOOM.write([12, 80]))).toEqual([12, 80]);
    for (const text of ['80-12', '12', 'a-b', '1-2-3', '']) expect(ZOOM.read(text)).toBeNull();
    expect(ZOOM.write(null)).toBe(ZOOM.write(ZOOM.fallback));
    expect(withinAll([2000, 3000], ALL)).toBeNull();
  });

  it('knows its keys only', () => {
    expect(['+', '-', '0', 'ArrowLeft', 'ArrowRight'].map(moveOfKey)).toEqual(['in', 'out', 'all', 'left', 'right']);
    expect(['a', 'Enter', 'toString'].map(moveOfKey)).toEqual([null, null, null]);
  });
});
