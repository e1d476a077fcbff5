/** An item's identifier as a row of tiles, one a level, each level in its own tint. */
export function CodePath({ codes }: { readonly codes: readonly number[] | null }) {
  if (!codes) return null;
  return (
    <span
      className="code-path"
      role="img"
      aria-label={`Identifier ${codes.join(', ')}`}
      title={`Identifier ${codes.join(' · ')}`}
    >
      {codes.map((code, level) => (
        // A level is its place.
        // biome-ignore lint/suspicious/noArrayIndexKey: codes do not move
        <span key={level} className={`code-tile level-${Math.min(level, 4)}`}>
          {code}
        </span>
      ))}
    </span>
  );
}
