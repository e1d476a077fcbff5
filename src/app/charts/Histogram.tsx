import { formatCount } from '../format/numbers';

interface HistogramProps {
  /** Count at each value; the last one holds all above, too. */
  readonly counts: readonly number[];
  readonly unit: string;
  readonly axis: string;
}

// About the panel's width at 1440 pixels, so that text is drawn near its size.
const WIDTH = 660;
const HEIGHT = 170;
const BASE = HEIGHT - 22;
/** The protocol caps lengths here. */
const CAP = 50;

export function Histogram({ counts, unit, axis }: HistogramProps) {
  const first = Math.max(
    0,
    counts.findIndex((count) => count > 0),
  );
  const last = counts.findLastIndex((count) => count > 0);
  const shown = counts.slice(first, last + 1);
  if (shown.length === 0) return <p className="quiet">No {unit}.</p>;
  const most = Math.max(...shown);
  const step = WIDTH / shown.length;
  const every = Math.ceil(shown.length / 12);
  const total = shown.reduce((sum, count) => sum + count, 0);
  const median = medianOf(shown, total) + first;
  const nameOf = (value: number): string => (value === CAP ? `${CAP}+` : String(value));
  return (
    <figure className="histogram">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${formatCount(total)} ${unit}; shortest ${first}, median ${median}, longest ${nameOf(last)} ${axis}`}
      >
        {shown.map((count, index) => {
          const value = first + index;
          const height = (count / most) * (BASE - 16);
          return (
            <g key={value}>
              <title>{`${nameOf(value)} ${axis}: ${formatCount(count)} ${unit}`}</title>
              <rect
                x={index * step + 1}
                y={BASE - height}
                width={Math.max(1, step - 2)}
                height={height}
                className={value === median ? 'bar is-median' : 'bar'}
              />
              {index % every === 0 && (
                <text x={(index + 0.5) * step} y={HEIGHT - 7} textAnchor="middle">
                  {nameOf(value)}
                </text>
              )}
            </g>
          );
        })}
        <line x1="0" x2={WIDTH} y1={BASE + 0.5} y2={BASE + 0.5} className="axis-line" />
      </svg>
      <figcaption>
        median <strong>{median}</strong>, from {first} to {nameOf(last)} {axis}; tallest bar {formatCount(most)} {unit}
      </figcaption>
    </figure>
  );
}

/** Index of the value that the middle one has. */
function medianOf(counts: readonly number[], total: number): number {
  let below = 0;
  for (const [index, count] of counts.entries()) {
    below += count;
    if (below * 2 >= total) return index;
  }
  return 0;
}
