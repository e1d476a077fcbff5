/** Columns of figures' tables in a word each. */
import type { Column } from './spec';

/** @param digits after the point */
export const numberColumn = (key: string, title: string, digits = 0): Column => ({ key, title, digits });

export const textColumn = (key: string, title: string): Column => ({ key, title, digits: null });

/** Numbers that only place marks: in no table and no export. */
export const placing = (...keys: readonly string[]): readonly Column[] =>
  keys.map((key) => ({ key, title: key, digits: 3, isHidden: true }));

/** Texts that only style or label marks. */
export const styling = (...keys: readonly string[]): readonly Column[] =>
  keys.map((key) => ({ key, title: key, digits: null, isHidden: true }));
