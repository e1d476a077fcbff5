import type { RawTables } from './records';
import type { TransformOptions } from './types';

/** The papers' values: 5-core, 20 latest events. */
const CORE = 5;
const HISTORY_LIMIT = 20;
/** Formats whose files were filtered, ordered and split into users by those who published them. */
const PREPARED_FORMATS: ReadonlySet<string> = new Set(['tessera', 'reference']);

/** Prepared sequences stay as they are; raw events get time order and the 5-core. A catalogue without events keeps its items. */
export function defaultTransformOf(raw: RawTables, format: string): TransformOptions {
  const isPrepared = raw.isPrepared || PREPARED_FORMATS.has(format);
  return {
    minRating: null,
    deduplicate: 'none',
    sortsByTime: !isPrepared,
    dropsTextless: false,
    userCore: isPrepared ? 0 : CORE,
    itemCore: isPrepared ? 0 : CORE,
    keepsUnseenItems: isPrepared,
    historyLimit: HISTORY_LIMIT,
    split: { kind: 'leaveOneOut' },
  };
}
