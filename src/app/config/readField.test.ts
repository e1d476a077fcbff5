import { describe, expect, it } from 'vitest';
import type { Field } from './fields';
import { readField } from './readField';

const field = (kind: Field['kind'], min: number, max: number): Field => ({
  section: 'tokenizer',
  key: 'x',
  label: 'X',
  hint: '',
  kind,
  min,
  max,
});

describe('readField', () => {
  it('reads numbers within the range, in any notation', () => {
    expect(readField(field('number', 0, 10), ' 1e-3 ')).toEqual({ value: 0.001, problem: null });
  });
  it('refuses an empty field instead of reading zero', () => {
    expect(readField(field('number', 0, 10), '').problem).toBe('A number from 0 to 10');
  });
  it('refuses fractions where whole numbers are wanted', () => {
    expect(readField(field('integer', 1, 8), '2.5').problem).toBe('A whole number from 1 to 8');
    expect(readField(field('integer', 1, 8), '9').problem).not.toBeNull();
    expect(readField(field('integer', 1, 8), '8').problem).toBeNull();
  });
  it('reads lists with commas or spaces', () => {
    expect(readField(field('list', 1, 1), '512, 256 128')).toEqual({ value: [512, 256, 128], problem: null });
    expect(readField(field('list', 1, 1), '512, x').problem).not.toBeNull();
  });
});
