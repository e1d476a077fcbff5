/** Messages about what a trained tokenizer kept of single items: text and picture read back from the codes. */
import type { ItemCard } from './items';

export type { DomainQuality, TokenizerQuality } from '../../train/utgrecTokenizerFile';

export interface GalleryRequest {
  readonly kind: 'gallery';
  /** Items of this domain; of any domain if null. */
  readonly domain: string | null;
  readonly count: number;
  /** Chooses the items and draws the pictures' noise. */
  readonly seed: number;
}

export interface GalleryReplies {
  readonly gallery: GalleryReply;
}

export interface GalleryReply {
  /** Pixels of a picture's side. */
  readonly side: number;
  /** Pictures would be drawn if the decoder of the user's autoencoder were chosen. */
  readonly wantsDecoder: boolean;
  readonly entries: readonly GalleryEntry[];
  readonly elapsedMs: number;
}

export interface GalleryEntry {
  readonly card: ItemCard;
  /** How the item came to its last code. */
  readonly resolution: 'nearest' | 'rank' | 'random' | 'duplicate';
  /** 2 = second nearest, for `rank`. */
  readonly rank: number | null;
  /** Text pieces and what the decoder reads in their places. */
  readonly pieces: readonly { readonly original: string; readonly read: string }[];
  /** RGB bytes [side, side, 3]; null without a picture. */
  readonly original: Uint8Array<ArrayBuffer> | null;
  readonly decoded: Uint8Array<ArrayBuffer> | null;
}
