/** What `recognise` finds in a set of inputs and `importCandidate` reads. */
import type { ColumnMapping, TableSketch } from './columns';
import type { InputMeter } from './inputMeter';
import type { ByteSource, ImportSink } from './sink';

export type ImportFormat =
  | 'tessera'
  | 'amazon2023'
  | 'amazon2023csv'
  | 'reference'
  | 'recbole'
  | 'movielens'
  | 'table'
  | 'images'
  | 'vectors'
  | 'codes';

/** One input and what it is to its format. */
export interface ImportPart {
  /** The format's own word: `items`, `sequences`, `reviews`, `meta`, `codes`, `images`, … */
  readonly role: string;
  readonly source: ByteSource;
}

export interface Candidate {
  readonly format: ImportFormat;
  /** For the user, e.g. "Amazon Reviews 2023, reviews and metadata". */
  readonly label: string;
  /** 0 to 1: 1 = the content proves it, below 0.5 = only the file's name speaks for it. */
  readonly confidence: number;
  /** Proposed name; '' when nothing suggests one. */
  readonly domainName: string;
  readonly parts: readonly ImportPart[];
  /** The inputs hold no catalogue of their own: they add pictures, vectors or codes to a domain that is there. */
  readonly isAddition: boolean;
  /** Set when a person should confirm which column is what: the columns seen and our guess. */
  readonly needsMapping?: TableSketch;
  /** Counts that the source claims; shown beside those counted. */
  readonly published?: { readonly users: number; readonly items: number; readonly interactions: number };
}

export interface ImportOptions {
  /** For tables: which column is what; without it the sniffed guess is used. */
  readonly mapping?: ColumnMapping;
  /** Ids of the domain's items in their order, for matrices that come without ids (`.sent_emb`, `.npy`). */
  readonly itemOrder?: readonly string[];
  /** Tokenizer name for codes, when the file's name should not give it. */
  readonly tokenizer?: string;
}

/** What every reader of a format gets. */
export interface ImportContext {
  readonly sink: ImportSink;
  readonly meter: InputMeter;
  readonly options: ImportOptions;
}

/** Sources of `role`, in order. */
export function partsOf(parts: readonly ImportPart[], role: string): ByteSource[] {
  return parts.filter((part) => part.role === role).map((part) => part.source);
}
