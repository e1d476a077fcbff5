/**
 * Every user's ordered events in two flat arrays. User `u` owns `items[offsets[u] .. offsets[u + 1])`, oldest first;
 * values are dense item indices 0..N-1. `offsets` has one entry more than there are users.
 */
export interface SequenceTable {
  readonly items: Uint32Array;
  readonly offsets: Uint32Array;
}

/** Number of users in `table`. */
export function userCountOf(table: SequenceTable): number {
  return Math.max(0, table.offsets.length - 1);
}

/** Packs one array per user into a table; for tests and small in-memory data. */
export function sequenceTable(sequences: readonly (readonly number[])[]): SequenceTable {
  const offsets = new Uint32Array(sequences.length + 1);
  sequences.forEach((sequence, user) => {
    offsets[user + 1] = (offsets[user] as number) + sequence.length;
  });
  return { items: Uint32Array.from(sequences.flat()), offsets };
}
