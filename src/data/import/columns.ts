/** Tables of unknown origin: which column is the user, the item, the time … */

/** What a column can be to us. */
export type ColumnRole =
  | 'user'
  | 'item'
  | 'time'
  | 'rating'
  | 'title'
  | 'text'
  | 'categories'
  | 'brand'
  | 'imageUrl'
  | 'history';

/** Column name of each role that has one; several columns of text are joined in their order. */
export interface ColumnMapping {
  readonly user?: string;
  readonly item?: string;
  readonly time?: string;
  readonly rating?: string;
  readonly title?: string;
  readonly text?: readonly string[];
  readonly categories?: string;
  readonly brand?: string;
  readonly imageUrl?: string;
  /** A column with the whole history of a user: ids separated by spaces or commas, or a list. */
  readonly history?: string;
  /** What one unit of the time column is; default: by magnitude. */
  readonly timeUnit?: TimeUnit;
}

export type TimeUnit = 'seconds' | 'milliseconds' | 'microseconds' | 'date';

export interface ColumnSketch {
  readonly name: string;
  /** What its values look like. */
  readonly kind: 'integer' | 'number' | 'text' | 'date' | 'url' | 'list' | 'empty';
  /** Share of sampled rows that have a value. */
  readonly filled: number;
  /** Distinct values among the sampled rows. */
  readonly distinct: number;
  /** Up to 3 values, each at most 80 characters. */
  readonly samples: readonly string[];
}

/** The beginning of a table, and our guess. */
export interface TableSketch {
  readonly kind: 'csv' | 'jsonl' | 'parquet';
  /** csv: the character between fields. */
  readonly delimiter?: string;
  /** csv: false when the first row is data; columns are then called `column 1`, `column 2`, … */
  readonly hasHeader?: boolean;
  readonly columns: readonly ColumnSketch[];
  readonly sampledRows: number;
  readonly guess: ColumnMapping;
}
