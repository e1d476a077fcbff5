/** The identifiers of a data set's items, whatever tokenizer made them. */
import type { Dataset } from '../data/dataset';
import type { Identifiers } from '../train/identifiers';

export interface ItemCodes {
  /** Whose items: with transfer, some domains of the open data. */
  readonly dataset: Dataset;
  /** Digits of an identifier. */
  readonly width: number;
  /** [N, width] */
  readonly digits: Uint16Array;
  /** [N, L]: without a digit that only resolves conflicts. */
  readonly codes: Uint16Array;
}

export const ofIdentifiers = (dataset: Dataset, { digits, levels }: Identifiers): ItemCodes => ({
  dataset,
  width: levels + 1,
  digits: Uint16Array.from(digits),
  codes: Uint16Array.from(digits).filter((_, at) => at % (levels + 1) < levels),
});

/** Identifiers without a conflict digit. */
export const ofCodes = (dataset: Dataset, codes: Uint16Array, levels: number): ItemCodes => ({
  dataset,
  width: levels,
  digits: codes,
  codes,
});

export const digitsOf = ({ digits, width }: ItemCodes, item: number): number[] => [
  ...digits.subarray(item * width, (item + 1) * width),
];
