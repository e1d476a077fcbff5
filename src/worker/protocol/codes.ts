/** Messages about the codes of a tokenizer while it trains and after: their use over time and the items behind prefixes. */
import type { PathTree } from '../../evaluate/codePaths';
import type { CodeWall } from '../../evaluate/codeWall';
import type { ItemCard } from './items';

export type CodesRequest =
  | { readonly kind: 'codeWall' }
  /** The prefixes below one, a few levels deep; in each the number of the picked items. */
  | { readonly kind: 'codePaths'; readonly prefix: readonly number[]; readonly picked?: readonly number[] }
  /** Items whose codes begin with `prefix`, from `offset` on. */
  | {
      readonly kind: 'prefixItems';
      readonly prefix: readonly number[];
      readonly offset: number;
      readonly limit: number;
    }
  /** Other items by the leading codes they share with an item; at most `limit` of each circle. */
  | { readonly kind: 'codeNeighbours'; readonly item: number; readonly limit: number };

export interface CodesReplies {
  /** null before the first snapshot. */
  readonly codeWall: CodeWall | null;
  /** null before the first snapshot. */
  readonly codePaths: PathTree | null;
  readonly prefixItems: PrefixItems;
  readonly codeNeighbours: CodeNeighbours;
}

export interface PrefixItems {
  readonly total: number;
  readonly cards: readonly ItemCard[];
}

export interface CodeNeighbours {
  readonly card: ItemCard;
  /** From all codes shared down to one; circles without items are there as well. */
  readonly circles: readonly {
    readonly shared: number;
    readonly total: number;
    readonly cards: readonly ItemCard[];
  }[];
}
