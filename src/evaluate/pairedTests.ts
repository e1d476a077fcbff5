import { pairedTTest, randomisationTest } from './significance';
import { wilcoxonTest } from './wilcoxon';

export type PairedTest = 'randomisation' | 't' | 'wilcoxon';

export const TEST_NAMES: Readonly<Record<PairedTest, string>> = {
  randomisation: 'paired randomisation test (10,000 sign flips)',
  t: 'paired t-test',
  wilcoxon: 'Wilcoxon signed-rank test',
};

/** Two-sided p value of a paired test on per-user values. @param seed of the randomisation @throws ShapeError `significance/*` */
export function pairedP(test: PairedTest, first: ArrayLike<number>, second: ArrayLike<number>, seed: number): number {
  if (test === 't') return pairedTTest(first, second).pValue;
  if (test === 'wilcoxon') return wilcoxonTest(first, second).pValue;
  return randomisationTest(first, second, { seed }).pValue;
}
