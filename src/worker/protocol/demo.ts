/** Messages of the Demo: users, what a model recommends them, how its search came to it and what decided it. */
import type { BeamStub, BeamTree } from '../../evaluate/beamTree';
import type { ReferenceKey } from '../../evaluate/referencePoints';
import type { ItemCard } from './items';

/** All users; those whose true next item is rare; those whose true next item no training sequence has. */
export type UserGroupName = 'all' | 'longTail' | 'cold';

/** A user's own history (null) or an edited one, as dense item indices. */
export interface Question {
  readonly user: number;
  readonly history: readonly number[] | null;
}

export interface SearchSettings {
  /** 1 to 50. */
  readonly beamWidth: number;
  readonly temperature: number;
  readonly lengthPenalty: number;
}

/** Which model answers: another run's, by its id; the Demo's own where none is named. */
export interface OfRun {
  readonly run?: string;
}

/** Questions that a trained model answers. */
export type ModelRequest =
  /** History, held-out item and top items for a user or an edited history. */
  | ({ readonly kind: 'recommend'; readonly count: number } & Question)
  /** The search itself, step by step. */
  | ({ readonly kind: 'beam'; readonly settings: SearchSettings } & Question & OfRun)
  /** All pruned children of one prefix of the last search. */
  | ({ readonly kind: 'beamBranches'; readonly step: number; readonly parent: number } & OfRun)
  /** Items whose identifier begins with these tokens, the most popular first. */
  | ({
      readonly kind: 'beamItems';
      readonly prefix: readonly number[];
      readonly offset: number;
      readonly limit: number;
    } & OfRun)
  /** Exact place of the user's true next item among all items. */
  | { readonly kind: 'targetRank'; readonly user: number }
  /** What each item of the history does for one recommended item. */
  | ({ readonly kind: 'why'; readonly item: number } & Question & OfRun);

export type DemoRequest =
  | ModelRequest
  /** Users of a group whose ids contain `query`. */
  | {
      readonly kind: 'demoUsers';
      readonly group: UserGroupName;
      readonly query: string;
      readonly limit: number;
    }
  /** One user of a group; `draw` from 0 to 1 chooses. */
  | { readonly kind: 'drawUser'; readonly group: UserGroupName; readonly draw: number }
  /** The user so many places after `user` within a group, round the end; 0 for the user itself, whatever the group. */
  | { readonly kind: 'userAfter'; readonly group: UserGroupName; readonly user: number; readonly by: number }
  /** A user's events, newest first, at most `limit`; needs no model. */
  | { readonly kind: 'userHistory'; readonly user: number; readonly limit: number }
  /** What another trained run on the same data says to the same history. */
  | ({ readonly kind: 'besideTop'; readonly run: string; readonly count: number } & Question)
  /** What a counting recommender says to the same history. */
  | ({ readonly kind: 'referenceTop'; readonly system: ReferenceKey; readonly count: number } & Question);

export interface DemoReplies {
  readonly recommend: RecommendReply;
  readonly beam: BeamReply;
  readonly beamBranches: readonly BeamStub[];
  readonly beamItems: BeamItems;
  readonly targetRank: TargetRank;
  readonly why: WhyReply;
  readonly demoUsers: UserList;
  readonly drawUser: UserSummary | null;
  readonly userAfter: UserSummary | null;
  /** null if there is no such user. */
  readonly userHistory: UserHistory | null;
  readonly referenceTop: ReferenceReply;
  readonly besideTop: BesideReply;
}

export interface UserSummary {
  readonly user: number;
  readonly id: string;
  readonly events: number;
}

export interface UserHistory {
  readonly user: UserSummary;
  readonly newestFirst: readonly ItemCard[];
}

export interface UserList {
  readonly users: readonly UserSummary[];
  /** In the whole group, whatever the query. */
  readonly groupSize: number;
}

export interface RecommendReply {
  readonly user: number;
  readonly history: readonly ItemCard[];
  /** The user's true next (test) item, when the history is the user's own. */
  readonly target: ItemCard | null;
  readonly top: readonly { readonly card: ItemCard; readonly logProbability: number; readonly isTarget: boolean }[];
  readonly elapsedMs: number;
  /** Where it was decoded; wasm, the processor, where there is no WebGPU. */
  readonly backend: 'webgpu' | 'wasm';
}

export interface BeamLeaf {
  readonly item: number;
  readonly title: string;
  readonly domain: string | null;
  /** Interactions in the training part. */
  readonly popularity: number;
  readonly logProbability: number;
  /** With temperature and length penalty. */
  readonly score: number;
}

/** A search without pictures: below 50 kB at every width. */
export interface BeamReply {
  readonly settings: SearchSettings;
  /** Items of the catalogue. */
  readonly items: number;
  readonly tree: BeamTree;
  /** By place after the last step, best first. */
  readonly leaves: readonly BeamLeaf[];
  /** Token of code 0 of each digit: a token's code is what it is above it. */
  readonly firstTokens: readonly number[];
  readonly elapsedMs: number;
}

export interface BeamItems {
  readonly total: number;
  readonly entries: readonly { readonly card: ItemCard; readonly popularity: number }[];
}

export interface TargetRank {
  /** Pessimistic among equals; null where the catalogue is too large to score whole. */
  readonly rank: number | null;
  readonly items: number;
  readonly logProbability: number | null;
}

export interface WhyReply {
  readonly item: number;
  /** Of the item, with the whole history. */
  readonly logProbability: number;
  /** Of the item, with one item of the history left out; in the history's order. Null where nothing would be left. */
  readonly without: readonly (number | null)[];
  readonly elapsedMs: number;
}

export interface ReferenceReply {
  readonly system: ReferenceKey;
  readonly name: string;
  readonly top: readonly { readonly card: ItemCard; readonly score: number; readonly isTarget: boolean }[];
  /** Of the true next item among all; null without one. */
  readonly targetRank: number | null;
}

export interface BesideReply {
  /** Id of the run. */
  readonly run: string;
  readonly name: string;
  readonly system: string;
  readonly backend: 'webgpu' | 'wasm';
  /** Whether scores are log-probabilities of identifiers; else they are products of states and items. */
  readonly isLogProbability: boolean;
  /** Items of the history that the run does not know, because it was transferred to one domain. */
  readonly unknownItems: number;
  /** Codes are the run's own. */
  readonly top: readonly { readonly card: ItemCard; readonly score: number; readonly isTarget: boolean }[];
  /** Of the true next item among all; null without one, or where they are too many to score. */
  readonly targetRank: number | null;
  readonly elapsedMs: number;
}
