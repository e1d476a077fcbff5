/** Rows of a long table, fetched a page at a time as they come into view. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Page } from '../../worker/protocol/data';
import { reportOf } from '../session';

export const PAGE_ROWS = 100;
/** Pages kept; the least recently fetched go first. */
const KEPT_PAGES = 40;

interface Pages<Row> {
  /** null before the first answer. */
  readonly total: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  row(index: number): Row | undefined;
  /** Fetches what is missing of the rows [first, last]. */
  see(first: number, last: number): void;
}

/** `load` must change (useCallback) exactly when the rows do: query, order, domain. */
export function usePages<Row>(load: (offset: number, limit: number) => Promise<Page<Row>>): Pages<Row> {
  const [, redraw] = useState(0);
  const state = useRef({ load, total: null as number | null, error: null as Pages<Row>['error'] });
  const pages = useRef(new Map<number, readonly Row[] | null>());
  const fetchPage = useCallback((page: number): void => {
    if (pages.current.has(page)) return;
    pages.current.set(page, null);
    const asked = state.current.load;
    asked(page * PAGE_ROWS, PAGE_ROWS).then(
      ({ total, rows }) => {
        if (state.current.load !== asked) return;
        state.current = { load: asked, total, error: null };
        pages.current.set(page, rows);
        for (const old of pages.current.keys()) {
          if (pages.current.size <= KEPT_PAGES) break;
          pages.current.delete(old);
        }
        redraw((count) => count + 1);
      },
      (error: unknown) => {
        if (state.current.load !== asked) return;
        pages.current.delete(page);
        state.current = { load: asked, total: state.current.total ?? 0, error: reportOf(error) };
        redraw((count) => count + 1);
      },
    );
  }, []);
  useEffect(() => {
    // The old total stays until the new one is known, so that the table does not jump.
    state.current = { load, total: state.current.total, error: null };
    pages.current = new Map();
    fetchPage(0);
  }, [load, fetchPage]);
  const see = useCallback(
    (first: number, last: number): void => {
      for (let page = Math.floor(first / PAGE_ROWS); page <= Math.floor(last / PAGE_ROWS); page++) fetchPage(page);
    },
    [fetchPage],
  );
  return {
    total: state.current.total,
    error: state.current.error,
    row: (index) => pages.current.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS],
    see,
  };
}
