/** Which steps of the curves are shown, and how keys, buttons and fields change it. */
import type { ViewKind } from '../navigation/viewParams';

/** First and last step. */
export type Span = readonly [from: number, to: number];

/** Null for all steps; `120-560` in the address. */
export const ZOOM: ViewKind<Span | null> = {
  fallback: null,
  read(text) {
    const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(text) ?? [];
    return from !== undefined && Number(from) < Number(to) ? [Number(from), Number(to)] : null;
  },
  write: (span) => (span ? span.join('-') : ''),
};

/** A zoom by buttons and keys. */
const FACTOR = 1.6;
/** Of what is shown. */
const STEP = 0.25;

/** Within all steps and whole numbers; null if nothing is left out or nothing is left. */
export function withinAll([from, to]: Span, [first, last]: Span): Span | null {
  const span: Span = [Math.max(first, Math.round(from)), Math.min(last, Math.round(to))];
  if (span[0] >= span[1] || (span[0] === first && span[1] === last)) return null;
  return span;
}

export type ZoomMove = 'in' | 'out' | 'left' | 'right' | 'all';

/** @param span what is shown now; null for all */
export function movedSpan(span: Span | null, all: Span, move: ZoomMove): Span | null {
  const [from, to] = span ?? all;
  const width = to - from;
  if (move === 'all') return null;
  if (move === 'in' || move === 'out') {
    const half = Math.max(0.5, (move === 'in' ? width / FACTOR : width * FACTOR) / 2);
    const middle = (from + to) / 2;
    // At an end the other side gives.
    const start = Math.min(Math.max(all[0], middle - half), Math.max(all[0], all[1] - 2 * half));
    return withinAll([start, start + 2 * half], all) ?? (move === 'in' ? span : null);
  }
  const wanted = (move === 'left' ? -1 : 1) * Math.max(1, Math.round(width * STEP));
  const by = Math.min(Math.max(wanted, all[0] - from), all[1] - to);
  return withinAll([from + by, to + by], all);
}

/** A span as typed into two fields, or what is wrong with it. */
export function readSpan(
  from: string,
  to: string,
  all: Span,
): { readonly span: Span | null; readonly problem: string | null } {
  const numberOf = (text: string, empty: number): number => (text.trim() === '' ? empty : Number(text));
  const [first, last] = [numberOf(from, all[0]), numberOf(to, all[1])];
  if (!Number.isInteger(first) || !Number.isInteger(last)) return { span: null, problem: 'Steps are whole numbers' };
  if (first >= last) return { span: null, problem: 'The first step must be before the last' };
  if (first >= all[1] || last <= all[0]) return { span: null, problem: `There are only steps ${all[0]} to ${all[1]}` };
  return { span: withinAll([first, last], all), problem: null };
}

const KEYS: Readonly<Record<string, ZoomMove>> = {
  '+': 'in',
  '=': 'in',
  '-': 'out',
  '0': 'all',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** What a key does to the curves; null for none of theirs. */
export const moveOfKey = (key: string): ZoomMove | null => (Object.hasOwn(KEYS, key) ? (KEYS[key] ?? null) : null);
