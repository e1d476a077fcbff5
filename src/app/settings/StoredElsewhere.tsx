import { formatSize } from '../format/numbers';
import { useCatalogue } from '../stores/catalogue';

/** What the browser counts beyond the domains, and what may become of all of it. */
export function StoredElsewhere() {
  const { usedBytes } = useCatalogue((state) => state.storage);
  const domains = useCatalogue((state) => state.domains);
  const known = domains.reduce((sum, { sizes }) => sum + sizes.columnBytes + sizes.imageBytes + sizes.vectorBytes, 0);
  return (
    <p className="quiet">
      Runs, checkpoints and what the browser keeps for itself: {formatSize(Math.max(0, usedBytes - known))} (what is in
      use less the domains above). Browsers may clear a page’s storage when space runs short, Safari after about seven
      days without a visit: ask it to keep this, or save runs as files.
    </p>
  );
}
