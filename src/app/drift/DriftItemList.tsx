import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DriftClass } from '../../evaluate/codeDrift';
import type { DriftItems, ErrorReport } from '../../worker/protocol';
import { formatCount } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { reportOf } from '../session';
import { useSession } from '../sessionContext';
import { CLASS_LABELS } from './driftFigures';

interface DriftItemListProps {
  readonly band: { readonly step: number; readonly level: number; readonly name: DriftClass };
  readonly epochs: readonly number[];
  readonly onClose: () => void;
}

const PAGE = 20;

/** The items behind a band of the river, with their codes before and after. */
export function DriftItemList({ band, epochs, onClose }: DriftItemListProps) {
  const session = useSession();
  const [items, setItems] = useState<DriftItems | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const [offset, setOffset] = useState(0);
  const { step, level, name } = band;
  useEffect(() => {
    let isGone = false;
    session.driftItems({ step, level, class: name, offset, limit: PAGE }).then(
      (found) => {
        if (!isGone) setItems(found);
      },
      (problem: unknown) => {
        if (!isGone) setError(reportOf(problem));
      },
    );
    return () => {
      isGone = true;
    };
  }, [session, step, level, name, offset]);
  const heading = `Level ${level + 1}, epoch ${epochs[step]} → ${epochs[step + 1]}: ${CLASS_LABELS[name]}`;
  const last = items ? Math.min(offset + PAGE, items.total) : 0;
  return (
    <section className="picked-items" aria-label={heading}>
      <div className="picked-head">
        <h3>{heading}</h3>
        <span className="panel-note" role="status">
          {items
            ? items.total === 0
              ? 'no items'
              : `${offset + 1}–${last} of ${formatCount(items.total)} items`
            : 'looking them up …'}
        </span>
        <button
          type="button"
          className="button is-small"
          disabled={offset === 0}
          onClick={() => setOffset(offset - PAGE)}
        >
          Previous
        </button>
        <button
          type="button"
          className="button is-small"
          disabled={!items || last >= items.total}
          onClick={() => setOffset(offset + PAGE)}
        >
          Next
        </button>
        <button type="button" className="icon-button" aria-label="Close the list of items" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      </div>
      {error && <ErrorNote title="The items could not be listed" error={error} />}
      {items && items.total > 0 && (
        <ul className="drift-items">
          {items.items.map(({ item, title, domain, before, after }) => (
            <li key={item}>
              <span className="drift-title">{title}</span>
              <small>{domain}</small>
              <span className="drift-codes">
                <CodePath codes={before} />
                <span aria-hidden="true">→</span>
                <CodePath codes={after} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
