/** The items of one data set in another, by their ids: a run that transfers knows one domain of the open data. */
import type { Dataset } from '../data/dataset';

export interface ItemBridge {
  /** Index in the other data set; null for an item that it does not have. */
  toOther(item: number): number | null;
  toShown(item: number): number | null;
}

type Catalogue = Pick<Dataset, 'contentHash' | 'items'>;

const SAME: ItemBridge = { toOther: (item) => item, toShown: (item) => item };

export function itemBridge(shown: Catalogue, other: Catalogue): ItemBridge {
  if (shown.contentHash === other.contentHash) return SAME;
  const between =
    (from: Catalogue, to: Catalogue) =>
    (item: number): number | null =>
      to.items.indexOfId.get(from.items.ids[item] ?? '') ?? null;
  return { toOther: between(shown, other), toShown: between(other, shown) };
}
