/** The column mapper's rules: one column for each role but text, which may come from several. */
import type { ColumnMapping, ColumnRole } from '../../worker/protocol/data';

export const ROLE_LABELS: Readonly<Record<ColumnRole, string>> = {
  user: 'user id',
  item: 'item id',
  time: 'time of the event',
  rating: 'rating',
  history: 'whole history of the user',
  title: 'item title',
  text: 'item text',
  categories: 'item categories',
  brand: 'item brand',
  imageUrl: 'address of the picture',
};

export const COLUMN_ROLES = [
  'user',
  'item',
  'time',
  'rating',
  'history',
  'title',
  'text',
  'categories',
  'brand',
  'imageUrl',
] as const satisfies readonly ColumnRole[];

/** What `column` is used as, or null. */
export function roleOf(mapping: ColumnMapping, column: string): ColumnRole | null {
  for (const role of COLUMN_ROLES) {
    const columns = mapping[role];
    if (columns === column || (Array.isArray(columns) && columns.includes(column))) return role;
  }
  return null;
}

/** Gives `column` a role (or none); a column that had it before loses it, except for text. */
export function withRole(mapping: ColumnMapping, column: string, role: ColumnRole | null): ColumnMapping {
  const { text = [], ...single } = mapping;
  const kept = Object.fromEntries(Object.entries(single).filter(([key, name]) => name !== column && key !== role));
  const others = text.filter((name) => name !== column);
  const texts = role === 'text' ? [...others, column] : others;
  return {
    ...kept,
    ...(role !== null && role !== 'text' ? { [role]: column } : {}),
    ...(texts.length > 0 ? { text: texts } : {}),
  };
}

/** Why the mapping cannot be imported, or null. */
export function mappingProblem(mapping: ColumnMapping): string | null {
  if (mapping.item === undefined && mapping.history === undefined) return 'Say which column holds the item id.';
  if (mapping.history !== undefined && mapping.user === undefined) return 'A history needs a column with the user id.';
  const hasItemWords = mapping.title !== undefined || (mapping.text?.length ?? 0) > 0;
  if (mapping.user === undefined && !hasItemWords)
    return 'Say which column holds the user id (a table of events) or the title or text (a table of items).';
  return null;
}
