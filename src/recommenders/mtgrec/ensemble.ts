/**
 * Ensemble over identifiers (mtgrec.md §10): several fine-tuned models, each with its own identifiers. An item's score is
 * the mean of its log-scores plus the number of models that returned it; invalid tuples ("None") take no part.
 */

/** One model's list for one user; `item` null where the tuple is no item's. */
export type ScoredList = readonly { readonly item: number | null; readonly score: number }[];

export interface EnsembleItem {
  readonly item: number;
  readonly score: number;
}

/** Best first; equal scores go to the smaller item. */
export function ensembleItems(lists: readonly ScoredList[]): EnsembleItem[] {
  const found = new Map<number, { sum: number; votes: number }>();
  for (const list of lists)
    for (const { item, score } of list) {
      if (item === null) continue;
      const held = found.get(item) ?? { sum: 0, votes: 0 };
      found.set(item, { sum: held.sum + score, votes: held.votes + 1 });
    }
  return [...found]
    .map(([item, { sum, votes }]) => ({ item, score: sum / votes + votes }))
    .sort((a, b) => b.score - a.score || a.item - b.item);
}
