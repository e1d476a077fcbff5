/** A quantized square: nine tiles, one out of place. */
export function Logo() {
  const tiles = [
    [0, 0, 4],
    [8, 0, 2],
    [0, 8, 1],
    [8, 8, 4],
    [16, 8, 3],
    [0, 16, 5],
    [8, 16, 3],
    [16, 16, 4],
  ] as const;
  return (
    <svg className="logo" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      {tiles.map(([x, y, tone]) => (
        <rect key={`${x}-${y}`} x={x} y={y} width="7" height="7" rx="1" className={`logo-${tone}`} />
      ))}
      <rect x="16.6" y="-0.6" width="7" height="7" rx="1" className="logo-loose" transform="rotate(12 20 3)" />
    </svg>
  );
}
