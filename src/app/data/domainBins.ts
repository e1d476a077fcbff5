/** Bins of a domain's histograms with the words under them. */
import type { Bin } from '../charts/BinChart';

/** Users by length; the last bin holds all longer ones. Empty ends are cut. */
export function lengthBins(histogram: readonly number[]): Bin[] {
  const first = histogram.findIndex((count) => count > 0);
  if (first < 0) return [];
  const last = histogram.findLastIndex((count) => count > 0);
  return histogram.slice(first, last + 1).map((count, index) => {
    const length = first + index;
    return { label: length === histogram.length - 1 ? `${length}+` : String(length), count };
  });
}

/** Items by number of events: bin 0 = none, bin b = from 2^(b-1) to under 2^b. */
export function popularityBins(histogram: readonly number[]): Bin[] {
  const last = histogram.findLastIndex((count) => count > 0);
  const first = Math.max(
    0,
    histogram.findIndex((count) => count > 0),
  );
  return histogram.slice(first, last + 1).map((count, index) => {
    const bin = first + index;
    if (bin <= 1) return { label: String(bin), count };
    return { label: `${2 ** (bin - 1)}–${2 ** bin - 1}`, tick: String(2 ** (bin - 1)), count };
  });
}
