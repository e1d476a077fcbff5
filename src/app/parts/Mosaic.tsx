/** A picture drawn from a number: the same tiles for the same seed. Stands in where there is no picture. */
export function Mosaic({ seed, size }: { readonly seed: number; readonly size: number }) {
  const tiles = [];
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let index = 0; index < 16; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const tone = state >>> 29;
    if (tone === 7) continue;
    tiles.push(
      <rect
        key={index}
        x={(index % 4) * 8}
        y={Math.floor(index / 4) * 8}
        width="7"
        height="7"
        rx="1"
        className={`mosaic-${tone}`}
      />,
    );
  }
  return (
    <svg className="mosaic" width={size} height={size} viewBox="-0.5 -0.5 32 32" aria-hidden="true">
      {tiles}
    </svg>
  );
}
