// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by transform cannot be table elements
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
// biome-ignore-all lint/a11y/useFocusableInteractive: rows and headers of a plain table are read, not operated
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { formatCount } from '../format/numbers';

interface VirtualRowsProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly total: number;
  readonly rowHeight: number;
  /** Called with the rows in view. */
  readonly onSee: (first: number, last: number) => void;
  /** Cells of a row, each with role "cell"; undefined while it is being fetched. */
  readonly renderRow: (index: number) => ReactNode | undefined;
}

/** Browsers cannot lay out much more than 17 million pixels; longer tables come in parts. */
const MAX_HEIGHT = 12_000_000;

/** A table of any length that keeps only the rows in view in the page. */
export function VirtualRows({ label, columns, total, rowHeight, onSee, renderRow }: VirtualRowsProps) {
  'use no memo';
  const scroller = useRef<HTMLDivElement>(null);
  const partRows = Math.floor(MAX_HEIGHT / rowHeight);
  const [part, setPart] = useState(0);
  const parts = Math.max(1, Math.ceil(total / partRows));
  const shownPart = Math.min(part, parts - 1);
  const start = shownPart * partRows;
  const count = Math.min(partRows, total - start);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    useFlushSync: false,
  });
  const virtual = rows.getVirtualItems();
  const first = (virtual[0]?.index ?? 0) + start;
  const last = (virtual.at(-1)?.index ?? -1) + start;
  useEffect(() => {
    if (last >= first) onSee(first, last);
  }, [first, last, onSee]);
  return (
    <div className="virtual">
      {parts > 1 && (
        <div className="virtual-parts">
          <button
            type="button"
            className="button is-small"
            disabled={part === 0}
            onClick={() => setPart(shownPart - 1)}
          >
            Earlier rows
          </button>
          <span>
            rows {formatCount(start + 1)} to {formatCount(start + count)} of {formatCount(total)}
          </span>
          <button
            type="button"
            className="button is-small"
            disabled={shownPart === parts - 1}
            onClick={() => setPart(shownPart + 1)}
          >
            Later rows
          </button>
        </div>
      )}

      <div
        ref={scroller}
        className="virtual-scroll"
        role="table"
        aria-label={label}
        aria-rowcount={total + 1}
        tabIndex={0}
      >
        <div className="virtual-row virtual-head" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <span key={column} role="columnheader">
              {column}
            </span>
          ))}
        </div>
        <div className="virtual-body" role="rowgroup" style={{ height: rows.getTotalSize() }}>
          {virtual.map(({ index, start: top }) => (
            <div
              key={start + index}
              className="virtual-row"
              role="row"
              aria-rowindex={start + index + 2}
              style={{ height: rowHeight, transform: `translateY(${top}px)` }}
            >
              {renderRow(start + index) ?? (
                <span role="cell" className="quiet">
                  row {formatCount(start + index + 1)} …
                </span>
              )}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
