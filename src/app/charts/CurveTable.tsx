import { curveOf, type Run, useCurveVersion } from '../curves/curves';
import { formatCount, formatValue } from '../format/numbers';
import type { Line } from './lineOptions';

const ROWS = 12;

/** The same curves as numbers: a dozen points spread evenly over the run. */
export function CurveTable({ run, lines }: { readonly run: Run; readonly lines: readonly Line[] }) {
  useCurveVersion();
  const longest = lines
    .map((line) => curveOf(run, line.key))
    .reduce((best, curve) => (curve.length > best.length ? curve : best));
  const count = Math.min(ROWS, longest.length);
  const steps = Array.from(
    { length: count },
    (_, row) => longest.steps[count === 1 ? 0 : Math.round((row * (longest.length - 1)) / (count - 1))] ?? 0,
  );
  return (
    <table className="numbers-table">
      <thead>
        <tr>
          <th scope="col">Step</th>
          {lines.map((line) => (
            <th key={line.key} scope="col">
              {line.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => (
          <tr key={step}>
            <th scope="row">{formatCount(step)}</th>
            {lines.map((line) => (
              <td key={line.key}>{valueAt(run, line, step)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The value at a step or the last one before it. */
function valueAt(run: Run, line: Line, step: number): string {
  const { steps, values, smooth } = curveOf(run, line.key);
  const index = steps.findLastIndex((at) => at <= step);
  const value = (line.isSmoothed ? smooth : values)[index];
  return value === undefined ? '–' : formatValue(value);
}
