import { scaleBand, scaleLinear, scaleLog } from 'd3-scale';
import type { RampColour } from './palette';
import type { Axis, Cell, Tick } from './spec';

/** Data to pixels along one side of a panel. */
export interface Scale {
  /** Pixel of a value; the middle of its band for band axes. NaN for what is not on the axis. */
  at(value: Cell | undefined): number;
  /** Width of a band; 0 on continuous axes. */
  readonly band: number;
  readonly ticks: readonly Tick[];
}

/** As few digits as the tick needs. */
const tickText = (value: number): string =>
  value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)
    ? value.toExponential(0).replace('e+', 'e')
    : String(Number(value.toPrecision(4)));

/** @param range pixels of the axis' start and end  @param tickCount about so many on continuous axes */
export function scaleOf(axis: Axis, range: readonly [number, number], tickCount: number): Scale {
  const { scale } = axis;
  if (scale.kind === 'band') {
    const band = scaleBand<string>()
      .domain(scale.domain)
      .range(range)
      .padding(scale.padding ?? 0);
    const width = band.bandwidth();
    const every = Math.max(1, Math.ceil(scale.domain.length / Math.max(1, tickCount)));
    const all = scale.domain.filter((_, index) => index % every === 0).map((at) => ({ at, label: at }));
    return {
      at: (value) => (band(String(value)) ?? Number.NaN) + width / 2,
      band: width,
      ticks: axis.ticks ?? all,
    };
  }
  const continuous = (scale.kind === 'log' ? scaleLog() : scaleLinear()).domain(scale.domain).range(range);
  return {
    at: (value) => (typeof value === 'number' ? continuous(value) : Number.NaN),
    band: 0,
    ticks: axis.ticks ?? continuous.ticks(tickCount).map((at) => ({ at, label: tickText(at) })),
  };
}

/** The step of a ramp for a value between the ends of its domain; values beyond get the end's. */
export function rampColour(
  value: number,
  [low, high]: readonly [number, number],
  steps: readonly RampColour[],
): RampColour {
  const place = high > low ? Math.floor(((value - low) / (high - low)) * steps.length) : Math.floor(steps.length / 2);
  return steps[Math.min(steps.length - 1, Math.max(0, place))] ?? 'ramp-1';
}

/** A domain symmetric around zero, so that the middle of a diverging ramp means "none". */
export function symmetricDomain(values: Iterable<number>): readonly [number, number] {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest === 0 ? [-1, 1] : [-largest, largest];
}
