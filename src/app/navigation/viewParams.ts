/**
 * A page's own view in the address: its sort, tab, zoom or filter. Read on opening, reload, back and forward; written
 * without a step in the history. Opening another page drops it (back brings it again).
 *
 * ```ts
 * const [sort, setSort] = useViewParam('sort', oneOf(['size', 'name'], 'size'));
 * const [level, setLevel] = useViewParam('level', wholeNumber(0, 7, 0));
 * ```
 * The value that is the fallback is not written, so short addresses stay short. A change can be undone.
 */
import { useCallback, useMemo } from 'react';
import { create } from 'zustand';
import { recordChange } from '../commands/undoStack';
import { isParamKey } from './urlState';

interface ViewParams {
  readonly params: Readonly<Record<string, string>>;
}

export const useViewParams = create<ViewParams>()(() => ({ params: {} }));

/** How one value of a view reads in the address. */
export interface ViewKind<T> {
  readonly fallback: T;
  /** @returns null for a text that is no value */
  read(text: string): T | null;
  write(value: T): string;
}

export const oneOf = <const T extends string>(values: readonly T[], fallback: T): ViewKind<T> => ({
  fallback,
  read: (text) => values.find((value) => value === text) ?? null,
  write: (value) => value,
});

/** A whole number from `from` to `to`, both included. */
export const wholeNumber = (from: number, to: number, fallback: number): ViewKind<number> => ({
  fallback,
  read: (text) => {
    const value = /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= from && value <= to ? value : null;
  },
  write: String,
});

/** Free text of up to `most` characters: a filter, a name. */
export const shortText = (most = 200, fallback = ''): ViewKind<string> => ({
  fallback,
  read: (text) => (text.length <= most ? text : null),
  write: (value) => value.slice(0, most),
});

/**
 * One value of the view, kept in the address.
 * @throws Error if the key is not `[a-z][a-zA-Z0-9]*` or is a part of the selection: a mistake of the page
 */
export function useViewParam<T>(key: string, kind: ViewKind<T>): readonly [T, (value: T) => void] {
  if (!isParamKey(key)) throw new Error(`useViewParam: wanted a key like "sort", came "${key}".`);
  const text = useViewParams(({ params }) => params[key]);
  const { fallback, read, write } = kind;
  // biome-ignore lint/correctness/useExhaustiveDependencies: kinds are made anew on each render, equal ones read equally
  const value = useMemo(() => (text === undefined ? fallback : (read(text) ?? fallback)), [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const change = useCallback(
    (next: T): void => {
      const before = useViewParams.getState().params[key];
      const after = write(next) === write(fallback) ? undefined : write(next);
      if (before === after) return;
      setParam(key, after);
      recordChange({
        label: 'view',
        mergeKey: `view ${key}`,
        undo: () => setParam(key, before),
        redo: () => setParam(key, after),
      });
    },
    [key],
  );
  return [value, change];
}

function setParam(key: string, text: string | undefined): void {
  useViewParams.setState(({ params }) => {
    const { [key]: _old, ...rest } = params;
    return { params: text === undefined ? rest : { ...rest, [key]: text } };
  });
}
