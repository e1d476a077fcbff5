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
};
