/** How the Demo's view reads in the address: an edited history, the search's settings, what is looked at. */
import type { ViewKind } from '../navigation/viewParams';

const MOST_ITEMS = 100;

/** Item indices of an edited history, oldest first; null for the user's own. */
export const EDITED_HISTORY: ViewKind<readonly number[] | null> = {
  fallback: null,
  read(text) {
    const items = text.split('.').map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : Number.NaN));
    return items.length <= MOST_ITEMS && items.every(Number.isFinite) ? items : null;
  },
  write: (items) => items?.join('.') ?? '',
};

/** A decimal number with two digits at most, both ends included. */
export const decimal = (from: number, to: number, fallback: number): ViewKind<number> => ({
  fallback,
  read(text) {
    const value = /^-?\d{1,3}(\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
    return value >= from && value <= to ? value : null;
  },
  write: (value) => String(Math.round(value * 100) / 100),
});

/** Some of a few names, in their order. */
export const someOf = <const T extends string>(values: readonly T[]): ViewKind<readonly T[]> => ({
  fallback: [],
  read(text) {
    const wanted = new Set(text.split(','));
    return values.filter((value) => wanted.has(value));
  },
  write: (chosen) => values.filter((value) => chosen.includes(value)).join(','),
});

/** A few names of runs; what they name may be gone. */
export const RUN_NAMES: ViewKind<readonly string[]> = {
  fallback: [],
  read: (text) => [...new Set(text.split(','))].filter((name) => /^[\w-]{1,80}$/.test(name)).slice(0, 3),
  write: (names) => names.join(','),
};

/** Names a run in a question; the Demo's own model needs no name. */
export const ofRun = (run: string | null): { readonly run?: string } => (run === null ? {} : { run });
