import { formatCount } from '../format/numbers';

export interface Bin {
  readonly label: string;
  /** Under the bar, where `label` is too long. */
  readonly tick?: string;
  readonly count: number;
}

interface BinChartProps {
  readonly title: string;
  readonly bins: readonly Bin[];
  /** What is counted, e.g. "users". */
  readonly unit: string;
  /** What the bins are, e.g. "interactions". */
  readonly axis: string;
}

const WIDTH = 320;
const HEIGHT = 96;
const BASE = HEIGHT - 18;
const LABELS = 8;
/** Below it the first label would begin outside the figure. */
const NARROW = 20;

/** Bars over named bins; the numbers are also a table for whoever does not see bars. */
export function BinChart({ title, bins, unit, axis }: BinChartProps) {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const step = WIDTH / Math.max(1, bins.length);
  const every = Math.ceil(bins.length / LABELS);
  const top = bins.find(({ count }) => count === most);
  return (
    <figure className="bin-chart">
      <figcaption>
        {title} <span className="quiet">most at {top?.label ?? '–'}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title}: ${formatCount(total)} ${unit}${top ? `, most at ${top.label} ${axis}` : ''}`}
      >
        {bins.map(({ label, tick = label, count }, index) => {
          const height = (count / most) * (BASE - 4);
          return (
            <g key={label}>
              <title>{`${label} ${axis}: ${formatCount(count)} ${unit}`}</title>
              <rect
                x={index * step + (step > 4 ? 1 : 0)}
                y={BASE - height}
                width={Math.max(0.5, step - (step > 4 ? 2 : 0))}
                height={height}
                className="bar"
              />
              {index % every === 0 && (
                <text
                  x={index === 0 && step < NARROW ? 0 : (index + 0.5) * step}
                  y={HEIGHT - 5}
                  textAnchor={index === 0 && step < NARROW ? 'start' : 'middle'}
                >
                  {tick}
                </text>
              )}
            </g>
          );
        })}
        <line x1="0" x2={WIDTH} y1={BASE + 0.5} y2={BASE + 0.5} className="axis-line" />
      </svg>
    </figure>
  );
}
