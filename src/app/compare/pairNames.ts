/** What figures of two rows of the table say of them. */
import { seriesStyle } from '../figures/palette';
import type { Series } from '../figures/spec';
import { formatMetric } from '../format/numbers';

export interface PairNames {
  readonly first: string;
  readonly second: string;
  /** E.g. `R@10`. */
  readonly metric: string;
  /** The test, in words. */
  readonly test: string;
  readonly note: string;
}

export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${formatMetric(Math.abs(value))}`;

export const pairStyle = (key: string, label: string, place: number): Series => ({
  key,
  label,
  ...seriesStyle(place),
  dash: [],
});
