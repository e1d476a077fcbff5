import { seriesStyle } from '../figures/palette';
import type { Series } from '../figures/spec';

/** Colour and dash of a run, as its curves are drawn. */
export function StyleKey({ index, isFaint = false }: { readonly index: number; readonly isFaint?: boolean }) {
  return <LineKey series={seriesStyle(index)} isFaint={isFaint} />;
}

interface LineKeyProps {
  readonly series: Pick<Series, 'colour' | 'dash'>;
  readonly isFaint?: boolean;
}

/** A piece of a line. */
export function LineKey({ series: { colour, dash }, isFaint = false }: LineKeyProps) {
  return (
    <svg className={`style-key ${isFaint ? 'is-faint' : ''}`} width="20" height="6" aria-hidden="true">
      <line
        x2="20"
        y1="3"
        y2="3"
        strokeWidth="2"
        strokeDasharray={dash.join(' ')}
        style={{ stroke: `var(--${colour})` }}
      />
    </svg>
  );
}
