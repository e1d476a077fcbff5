import type { PairedTest } from '../../worker/protocol';

export const TESTS: readonly { readonly value: PairedTest; readonly label: string }[] = [
  { value: 'randomisation', label: 'paired randomisation' },
  { value: 't', label: 'paired t' },
  { value: 'wilcoxon', label: 'Wilcoxon' },
];

/** A test at the beginning of a sentence. */
export const TEST_SENTENCES: Readonly<Record<PairedTest, string>> = {
  randomisation: 'Paired randomisation test (10,000 sign flips)',
  t: 'Paired t-test',
  wilcoxon: 'Wilcoxon signed-rank test',
};

/** What pairs can be compared on. */
export const PAIR_METRICS: readonly string[] = [5, 10, 20].flatMap((cutoff) => [`R@${cutoff}`, `N@${cutoff}`]);
