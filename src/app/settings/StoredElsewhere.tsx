import { formatSize } from '../format/numbers';
import { useCatalogue } from '../stores/catalogue';
import { useRuns } from '../stores/runs';

/** What the browser counts beyond the domains, and what may become of all of it. */
export function StoredElsewhere() {
  const { usedBytes } = useCatalogue((state) => state.storage);
  const domains = useCatalogue((state) => state.domains);
  const runs = useRuns((state) => state.runs);
  const ofDomains = domains.reduce(
    (sum, { sizes }) => sum + sizes.columnBytes + sizes.imageBytes + sizes.vectorBytes,
    0,
  );
  const ofRuns = runs.reduce((sum, { isFetched, sizeBytes }) => sum + (isFetched ? sizeBytes : 0), 0);
  return (
    <p className="quiet">
      Logs, caches and what the browser keeps for itself: {formatSize(Math.max(0, usedBytes - ofDomains - ofRuns))}{' '}
      (what is in use, less domains and checkpoints). Browsers may clear a page’s storage when space runs short, Safari
      after about seven days without a visit: ask it to keep this, or save runs as files.
    </p>
  );
}
