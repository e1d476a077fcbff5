/** Colours of canvas figures, read from the style sheet so that both themes have one source. */
export interface ChartTheme {
  readonly ink: string;
  readonly grid: string;
  readonly panel: string;
  readonly hatch: string;
  readonly font: string;
  /** Series colours in order. */
  readonly series: readonly string[];
  /** Sequential ramp, low to high. */
  readonly ramp: readonly string[];
}

export function readChartTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const list = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => token(`--${name}-${index + 1}`));
  return {
    ink: token('--ink-3'),
    grid: token('--grid'),
    panel: token('--panel'),
    hatch: token('--hatch'),
    font: `11px ${token('--font-sans')}`,
    series: list('series', 8),
    ramp: list('ramp', 8),
  };
}
