import { type Tiles, tilesOfNumber } from './tiles';

interface MosaicProps {
  /** What is drawn, or the number that it is drawn from. */
  readonly of: Tiles | number;
  readonly size: number;
}

/** A picture of tiles: the same for the same number or codes. Stands in where there is no picture. */
export function Mosaic({ of, size }: MosaicProps) {
  const tiles = typeof of === 'number' ? tilesOfNumber(of) : of;
  return (
    <svg className="mosaic" width={size} height={size} viewBox="-0.5 -0.5 32 32" aria-hidden="true">
      {tiles.map(
        (tone, place) =>
          tone !== null && (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a tile is its place
              key={place}
              x={(place % 4) * 8}
              y={Math.floor(place / 4) * 8}
              width="7"
              height="7"
              rx="1"
              className={`mosaic-${tone}`}
            />
          ),
      )}
    </svg>
  );
}
