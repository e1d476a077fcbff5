/** Numbers and durations as the page writes them: English, fixed digits a kind of number. */

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1, minimumFractionDigits: 1 });

/** 59474 → "59,474" */
export const formatCount = (value: number): string => count.format(value);

/** 0.1234 → "12.3%" */
export const formatShare = (value: number): string => percent.format(value);

/** A probability as a share with two significant digits, however small: 0.000151 → "0.015%" */
export function formatProbability(value: number): string {
  if (value >= 0.1) return percent.format(value);
  return `${Number((100 * value).toPrecision(2))}%`;
}

/** Recall and NDCG: always four digits, so that columns align. */
export const formatMetric = (value: number): string => value.toFixed(4);

/** Three to four significant digits, small and large numbers in powers of ten. */
export function formatValue(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return value.toExponential(2);
  return size >= 100 ? value.toFixed(1) : size >= 1 ? value.toFixed(3) : value.toFixed(4);
}

/** A p value; below the resolution of the test only the bound is known. */
export const formatP = (value: number): string => (value < 0.0001 ? '< 0.0001' : value.toFixed(4));

/** 130 → "2 m 10 s" */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} m`;
}

/** Units a second; slow ones as seconds a unit. */
export function formatRate(rate: number, unit: string): string {
  if (rate <= 0) return `– ${unit}/s`;
  if (rate < 0.1) return `${(1 / rate).toFixed(1)} s a ${unit.replace(/s$/, '')}`;
  return `${rate >= 100 ? count.format(rate) : rate.toFixed(1)} ${unit}/s`;
}

/** 1073741824 → "1.0 GiB" */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** Sizes of files, in powers of ten as file managers write them: 1234567 → "1.2 MB" */
export function formatSize(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(bytes >= 1e10 ? 0 : 1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 0 : 1)} MB`;
  return `${Math.max(bytes > 0 ? 1 : 0, Math.round(bytes / 1e3))} kB`;
}
