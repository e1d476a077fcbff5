/** An item as the page shows it. */
export interface ItemCard {
  readonly item: number;
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly domain: string | null;
  /** Encoded picture, or null. */
  readonly image: { readonly type: string; readonly bytes: ArrayBuffer } | null;
  /** The item's identifier, digit by digit, once tokenized. */
  readonly codes: readonly number[] | null;
}
