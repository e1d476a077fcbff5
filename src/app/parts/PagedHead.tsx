import type { ReactNode } from 'react';
import { formatCount } from '../format/numbers';

interface PagedHeadProps {
  readonly heading: string;
  /** Place of the page's first entry, from 0. */
  readonly offset: number;
  /** Entries a page. */
  readonly page: number;
  /** Of all entries; null while they are looked up. */
  readonly total: number | null;
  /** After the count, e.g. `, most popular first`. */
  readonly words?: string;
  readonly onOffset: (offset: number) => void;
  /** Further buttons. */
  readonly children?: ReactNode;
}

/** The head of a list that is shown a page at a time: what is shown of how much, and the buttons to turn the page. */
export function PagedHead({ heading, offset, page, total, words = '', onOffset, children }: PagedHeadProps) {
  const last = Math.min(offset + page, total ?? 0);
  const isOnePage = total !== null && total <= page;
  return (
    <div className="picked-head">
      <h3>{heading}</h3>
      <span className="panel-note" role="status">
        {total === null
          ? 'looking them up …'
          : total === 0
            ? 'no items'
            : `${formatCount(offset + 1)}–${formatCount(last)} of ${formatCount(total)}${words}`}
      </span>
      {!isOnePage && (
        <>
          <button
            type="button"
            className="button is-small"
            disabled={offset === 0}
            onClick={() => onOffset(Math.max(0, offset - page))}
          >
            Previous
          </button>
          <button
            type="button"
            className="button is-small"
            disabled={total === null || last >= total}
            onClick={() => onOffset(offset + page)}
          >
            Next
          </button>
        </>
      )}
      {children}
    </div>
  );
}
