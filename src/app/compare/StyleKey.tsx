import { seriesStyle } from '../figures/palette';

/** Colour and dash of a run, as its curves are drawn. */
export function StyleKey({ index, isFaint = false }: { readonly index: number; readonly isFaint?: boolean }) {
  const { colour, dash } = seriesStyle(index);
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
