/** Lines of a run's curves: what they are called, and how they are drawn. */
import { curveOf, type Run } from '../curves/curves';
import { readChartTheme } from './chartTheme';
import type { PlotLine } from './curvePlot';

export interface Line {
  readonly key: string;
  readonly label: string;
  /** Index of the series colour. */
  readonly colour: number;
  /** Measured every step and noisy: shows the average, with the raw line faint behind. */
  readonly isSmoothed: boolean;
  /** Few points, each one a measurement: marked. */
  readonly isMarked?: boolean;
}

/** Dashes of a plot's lines by place, in pixels, so that they differ without colour. */
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3]];

export const dashOf = (index: number): readonly number[] => DASHES[index % DASHES.length] ?? [];

/** Lines beyond the first also differ by dash. */
export function plotLines(run: Run, lines: readonly Line[]): PlotLine[] {
  const theme = readChartTheme();
  return lines.flatMap((line, index): PlotLine[] => {
    const curve = curveOf(run, line.key);
    const stroke = theme.series[line.colour] ?? theme.ink;
    // Filled on the first line, open on the others.
    const marker = line.isMarked ? (index === 0 ? 'filled' : 'open') : 'none';
    const strong = { curve, stroke, width: 1.75, alpha: 1, dash: dashOf(index), marker, isRead: true } as const;
    const faint = { curve, stroke, width: 1, alpha: 0.28, dash: [], marker: 'none', isRead: false } as const;
    return line.isSmoothed
      ? [
          { ...faint, column: 'values' },
          { ...strong, column: 'smooth' },
        ]
      : [{ ...strong, column: 'values' }];
  });
}
