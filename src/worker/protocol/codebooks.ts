/** Messages of the page of codebooks: shared identifiers, what domains share, the map of items. */
import type { PathTree } from '../../evaluate/codePaths';
import type { SharedCode } from '../../evaluate/codeSharing';
import type { CollisionReport } from '../../evaluate/collisions';
import type { Staircase } from '../../evaluate/residualStaircase';
import type { SplitPlace } from '../../evaluate/splitLevels';
import type { ItemCard } from './items';

export type CodebooksRequest =
  /** Items that share an identifier, before conflicts are resolved. */
  | { readonly kind: 'collisions' }
  /** The items of one identifier, from `offset` on. */
  | {
      readonly kind: 'collisionBucket';
      readonly codes: readonly number[];
      readonly offset: number;
      readonly limit: number;
    }
  /** The items with one code at a level, of one domain or of all, from `offset` on. */
  | {
      readonly kind: 'codeItems';
      /** From 0. */
      readonly level: number;
      readonly code: number;
      /** By name; null for all items. */
      readonly domain: string | null;
      readonly offset: number;
      readonly limit: number;
    }
  /** How often items have the first codes of their nearest neighbours in other domains, at these steps. */
  | { readonly kind: 'neighbourSharing'; readonly steps: readonly number[] }
  /** Codes or prefixes that two domains both use. */
  | {
      readonly kind: 'sharedCodes';
      readonly step: number;
      /** From 0. */
      readonly level: number;
      readonly isPrefix: boolean;
      /** By name. */
      readonly domains: readonly [string, string];
      readonly limit: number;
    }
  /** The tree of prefixes of another run's tokenizer on the same items. */
  | {
      readonly kind: 'besidePaths';
      readonly run: string;
      readonly prefix: readonly number[];
      readonly picked: readonly number[];
    }
  /** All items whose codes begin with `prefix`: the shown codes (null) or another run's. */
  | { readonly kind: 'pathItems'; readonly run: string | null; readonly prefix: readonly number[] }
  /** An item's codes: the shown ones (null) or another run's. */
  | { readonly kind: 'codesOf'; readonly run: string | null; readonly item: number }
  /** What is left to encode after each level, by domain. */
  | { readonly kind: 'residualStaircase' }
  /** A point for every item. */
  | { readonly kind: 'itemMap' }
  | { readonly kind: 'itemCards'; readonly items: readonly number[] };

export interface ItemCodes {
  readonly codes: readonly number[];
  /** False while the tokenizer trains: of its newest snapshot, before conflicts are resolved. */
  readonly isResolved: boolean;
}

export interface CodebooksReplies {
  /** null before the first snapshot. */
  readonly collisions: CollisionsReply | null;
  readonly collisionBucket: CollisionBucketReply;
  readonly codeItems: CodeItemsReply;
  /** null for a run without codes. */
  readonly besidePaths: BesidePathsReply | null;
  /** Ascending. */
  readonly pathItems: readonly number[];
  /** null for a run without codes. */
  readonly codesOf: ItemCodes | null;
  /** null for a single domain or without vectors. */
  readonly neighbourSharing: NeighbourSharingReply | null;
  readonly sharedCodes: SharedCodesReply;
  /** null where the encoder is not at hand: while it trains, and of UTGRec. */
  readonly residualStaircase: StaircaseReply | null;
  /** null before the first snapshot, or without vectors. */
  readonly itemMap: ItemMapReply | null;
  readonly itemCards: readonly ItemCard[];
}

/** `digit`: one more code counts the items of an identifier. `nextNearest`: the last code gives way. */
export type ConflictPolicy = 'digit' | 'nextNearest';

export interface CollisionsReply {
  readonly report: CollisionReport;
  readonly policy: ConflictPolicy;
  /** False while the tokenizer trains: nothing is resolved yet. */
  readonly isResolved: boolean;
  /** False if only the codes after resolution are known (a model that was imported without its snapshots). */
  readonly isBeforeResolution: boolean;
  /** Interactions are those of the latest events of each user only. */
  readonly isPartOfInteractions: boolean;
}

/** How an item came to its own identifier. */
export type ResolutionKind = 'digit' | 'nearest' | 'rank' | 'random' | 'duplicate';

export interface BucketItem {
  /** With the identifier after resolution, once resolved. */
  readonly card: ItemCard;
  readonly interactions: number;
  /** null before conflicts are resolved. */
  readonly resolution: { readonly kind: ResolutionKind; readonly value: number | null } | null;
  /** Length of what is left before each level; null where the encoder is not at hand. */
  readonly residuals: readonly number[] | null;
  /** How far it is from another code at each level. */
  readonly boundaries: readonly number[] | null;
}

export interface CollisionBucketReply {
  readonly total: number;
  readonly items: readonly BucketItem[];
  /** Of the items listed; null where the encoder is not at hand. */
  readonly split: SplitPlace | null;
}

export interface BesidePathsReply {
  readonly tree: PathTree;
  /** Adjusted mutual information with the shown codes, level by level as far as both have one; null for books too large. */
  readonly agreement: readonly (number | null)[];
}

export interface CodeItemsReply {
  /** All of them, ascending: they become the selection. */
  readonly items: readonly number[];
  /** Those of the page. */
  readonly cards: readonly ItemCard[];
}

export interface NeighbourSharingReply {
  /** Domains that have items, in the wall's order. */
  readonly domains: readonly string[];
  readonly levels: number;
  /** Steps that were found. */
  readonly steps: readonly number[];
  /** f64 [S, L, D, D], NaN on the diagonal. */
  readonly shares: Float64Array;
  readonly isComplete: boolean;
  readonly queriesOfDomain: number;
  readonly candidatesOfDomain: number;
}

export interface StaircaseReply {
  readonly groups: readonly Staircase[];
  /** False if evenly spaced items stand for all. */
  readonly isComplete: boolean;
}

export interface SharedCodesReply {
  readonly total: number;
  readonly codes: readonly (Omit<SharedCode, 'top'> & {
    readonly top: readonly [readonly ItemCard[], readonly ItemCard[]];
  })[];
}

/** What the points of the map are made from. */
export type MapSource =
  /** The two leading components of the vectors that the tokenizer reads, each scaled to unit variance. */
  | 'whitened'
  /** Principal components of what UTGRec quantises: the content vectors of all levels side by side. */
  | 'content'
  /** Principal components of the sums of each identifier's entries: the vectors themselves are not kept. */
  | 'entries';

export interface ItemMapReply {
  readonly source: MapSource;
  /** f32 [N] each. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Of the variance, 0..1; null where it is not known. */
  readonly explainedShare: number | null;
  /** u16 [N, L], before conflicts are resolved. */
  readonly codes: Uint16Array;
  readonly levels: number;
  /** u8 [N]; null for a single domain. */
  readonly domainOfItem: Uint8Array | null;
  readonly domainNames: readonly string[];
  /** u32 [N] */
  readonly popularity: Uint32Array;
  /** Items on each item's identifier, u32 [N]. */
  readonly sharing: Uint32Array;
  readonly titles: readonly string[];
  readonly ids: readonly string[];
}
