import type { Field } from './fields';

/** Fields with a few fixed values. */
export const OPTIONS: Readonly<Partial<Record<Field['kind'], readonly (readonly [value: string, label: string])[]>>> = {
  encoder: [
    ['use-lite', 'USE-lite'],
    ['transformers', 'transformers.js'],
  ],
  sampling: [
    ['influence', 'by influence'],
    ['uniform', 'uniform'],
  ],
  centring: [
    ['none', 'unscaled'],
    ['minMax', 'min–max'],
  ],
  // Left out is f32: such a run is the same run as before there was a choice.
  storage: [
    ['', 'in f32'],
    ['f16', 'in f16'],
  ],
};
