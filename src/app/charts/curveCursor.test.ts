import { describe, expect, it } from 'vitest';
import { steppedTo } from './curveCursor';

const steps = Float64Array.from([10, 20, 21, 22, 40]);
const all = { span: null, least: 0 };

describe('data cursor of a curve', () => {
  it('starts at the near end and goes from point to point', () => {
    expect(steppedTo(steps, null, 'ArrowRight', all)).toBe(10);
    expect(steppedTo(steps, null, 'ArrowLeft', all)).toBe(40);
    expect(steppedTo(steps, 20, 'ArrowRight', all)).toBe(21);
    expect(steppedTo(steps, 20, 'ArrowLeft', all)).toBe(10);
    expect([steppedTo(steps, 40, 'ArrowRight', all), steppedTo(steps, 10, 'ArrowLeft', all)]).toEqual([40, 10]);
    expect([steppedTo(steps, 21, 'Home', all), steppedTo(steps, 21, 'End', all)]).toEqual([10, 40]);
  });

  it('stays within what is shown', () => {
    const shown = { span: [20, 22] as const, least: 0 };
    expect(steppedTo(steps, null, 'ArrowRight', shown)).toBe(20);
    expect(steppedTo(steps, 22, 'ArrowRight', shown)).toBe(22);
    expect(steppedTo(steps, 10, 'ArrowLeft', shown)).toBe(20);
    expect(steppedTo(steps, 22, 'ArrowLeft', { span: [50, 60], least: 0 })).toBeNull();
  });

  it('passes over points of the same pixel', () => {
    expect(steppedTo(steps, 20, 'ArrowRight', { span: null, least: 5 })).toBe(40);
    expect(steppedTo(steps, 40, 'ArrowLeft', { span: null, least: 19 })).toBe(21);
  });

  it('leaves other keys and empty curves alone', () => {
    expect([steppedTo(steps, null, 'a', all), steppedTo(steps, 20, 'a', all)]).toEqual([null, null]);
    expect(steppedTo(new Float64Array(0), null, 'Home', all)).toBeNull();
  });
});
