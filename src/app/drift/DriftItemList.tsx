import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DriftClass } from '../../evaluate/codeDrift';
import type { DriftItems, ErrorReport } from '../../worker/protocol';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { PagedHead } from '../parts/PagedHead';
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
  return (
    <section className="picked-items" aria-label={heading}>
      <PagedHead
        heading={heading}
        offset={offset}
        page={PAGE}
        total={items?.total ?? null}
        words=" items"
        onOffset={setOffset}
      >
        <button type="button" className="icon-button" aria-label="Close the list of items" onClick={onClose}>
          <X size={14} aria-hidden />
        </button>
      </PagedHead>
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
