/** Sweeps: every combination of the values of one or two settings and of seeds, each a run of its own. */
import type { QueuedRun, StopRules, SystemConfig } from '../../worker/protocol';
import { labelOf, pathOf, valueText } from '../config/configPaths';
import type { Field } from '../config/fields';
import { METHODS, methodOf } from '../config/presets';
import { readField } from '../config/readField';
import { edited, type FieldValue, sectionOf } from '../config/sections';
import { joinedName } from './runName';

/** Fields that a sweep can go over: numbers and choices. */
export const isSweepable = ({ kind }: Field): boolean => kind !== 'list' && kind !== 'text' && kind !== 'encoder';

export interface Axis {
  readonly field: Field;
  readonly values: readonly FieldValue[];
}

export type ValuesReading =
  | { readonly values: readonly FieldValue[]; readonly problem: null }
  | { readonly values: readonly []; readonly problem: string };

/** Values with commas or spaces between them; each as the form's own field would take it. */
export function readValues(field: Field, text: string): ValuesReading {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) return { values: [], problem: 'Values with commas' };
  const values: FieldValue[] = [];
  for (const part of parts) {
    const { value, problem } = readField(field, part);
    if (problem !== null) return { values: [], problem: `“${part}”: ${lowered(problem)}` };
    values.push(value);
  }
  return { values: [...new Set(values)], problem: null };
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

export interface Range {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly scale: 'linear' | 'log';
}

/** Digits of a value in between; the ends are taken as they were given. */
const RANGE_DIGITS = 3;
const MOST_VALUES = 50;

/** Evenly spaced values from end to end; on a logarithmic scale their ratios are equal. */
export function rangeValues(field: Field, { from, to, count, scale }: Range): ValuesReading {
  if (![from, to, count].every(Number.isFinite)) return { values: [], problem: 'Two numbers and a count' };
  if (!Number.isInteger(count) || count < 2 || count > MOST_VALUES)
    return { values: [], problem: `A count from 2 to ${MOST_VALUES}` };
  if (scale === 'log' && !(from > 0 && to > 0))
    return { values: [], problem: 'Numbers above 0 for a logarithmic range' };
  const at = (share: number): number => (scale === 'log' ? from * (to / from) ** share : from + (to - from) * share);
  const values = Array.from({ length: count }, (_, index) => {
    if (index === 0) return from;
    if (index === count - 1) return to;
    const value = at(index / (count - 1));
    return field.kind === 'integer' ? Math.round(value) : Number(value.toPrecision(RANGE_DIGITS));
  });
  return readValues(field, values.join(', '));
}

/** Whole numbers from 0 with commas or spaces between them. */
export function readSeeds(text: string): { readonly seeds: readonly number[]; readonly problem: string | null } {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const seeds = [...new Set(parts.map(Number))];
  const isUsable =
    seeds.length > 0 && seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff);
  return isUsable
    ? { seeds, problem: null }
    : { seeds: [], problem: 'Whole numbers from 0 to 4294967295, with commas' };
}

/** All combinations, the last axis fastest and the seeds fastest of all; each named by what differs. */
export function sweepRuns(
  base: SystemConfig,
  axes: readonly Axis[],
  seeds: readonly number[],
  rules: StopRules,
): readonly QueuedRun[] {
  let runs: readonly { readonly words: readonly string[]; readonly config: SystemConfig }[] = [
    { words: [METHODS[methodOf(base)]], config: base },
  ];
  for (const { field, values } of axes) {
    if (sectionOf(base, field.section) === null) continue;
    const label = labelOf(base, pathOf(field));
    runs = runs.flatMap(({ words, config }) =>
      values.map((value) => ({
        words: [...words, `${label} ${valueText(value)}`],
        config: edited(config, field.section, field.key, value),
      })),
    );
  }
  return runs.flatMap(({ words, config }) =>
    seeds.map((seed) => ({ name: joinedName([...words, `seed ${seed}`]), config: { ...config, seed }, rules })),
  );
}
