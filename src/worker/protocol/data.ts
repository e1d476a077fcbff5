/**
 * Messages between the window and the data worker: importing, the workspace and its domains. Everything here is plain data;
 * rows of foreign text travel as strings and are shown as text nodes only.
 */
import type { ColumnMapping, TableSketch } from '../../data/import/columns';
import type { RejectedRow } from '../../data/import/sink';
import type {
  BrowseRequest,
  DomainInfo,
  DomainRole,
  ItemRow,
  OverlapMatrix,
  Page,
  Preflight,
  StorageReport,
  TransformCounts,
  TransformOptions,
  UserDetail,
  UserRow,
  WorkspaceInfo,
} from '../../data/workspace/types';
import type { ErrorReport } from '../protocol';

export type { ColumnMapping, ColumnRole, ColumnSketch, TableSketch } from '../../data/import/columns';
export type { RejectedRow } from '../../data/import/sink';
export type {
  BrowseRequest,
  DomainInfo,
  DomainRole,
  DomainState,
  DomainStatistics,
  ItemDetail,
  ItemRow,
  OverlapMatrix,
  Page,
  Preflight,
  SplitRule,
  StorageReport,
  TransformCounts,
  TransformOptions,
  TransformStep,
  UserDetail,
  UserRow,
  WorkspaceInfo,
} from '../../data/workspace/types';

export type { ErrorReport } from '../protocol';

export const DATA_PROTOCOL_VERSION = 1;

/** How long a deleted domain or run can be put back. */
export const UNDO_MS = 10_000;

/** A picked or dropped file; `path` is its place inside a dropped folder (structured clones lose it). */
export interface PickedFile {
  readonly file: File;
  readonly path: string;
}

/** What the importers made of the files, surest first; several domains give several candidates. */
export interface Recognised {
  readonly candidates: readonly CandidateView[];
  /** Files that no candidate reads. */
  readonly ignored: readonly string[];
}

/** One domain that the files hold. */
export interface CandidateView {
  /** Place in the worker's list; names the candidate in later requests. */
  readonly index: number;
  readonly format: string;
  readonly label: string;
  /** 0 … 1 */
  readonly confidence: number;
  /** '' when nothing suggests a name. */
  readonly domainName: string;
  /** Pictures, vectors or codes for a domain that is there already. */
  readonly isAddition: boolean;
  readonly parts: readonly CandidatePart[];
  /** Sum of the parts' sizes; null when one is unknown. */
  readonly sizeBytes: number | null;
  readonly mapping: MappingAsk | null;
}

export interface CandidatePart {
  readonly name: string;
  /** What the importer reads the file as: "items", "interactions", "pictures" … */
  readonly role: string;
  /** null when unknown. */
  readonly sizeBytes: number | null;
}

/** A table whose columns the importer cannot be sure of. */
export interface MappingAsk {
  readonly file: string;
  readonly sketch: TableSketch;
  /** The importer's guess, or what the user chose before for the same columns. */
  readonly guess: ColumnMapping;
  readonly isRemembered: boolean;
}

export interface ImportPlan {
  readonly candidate: number;
  readonly domainName: string;
  readonly role: DomainRole;
  readonly mapping: ColumnMapping | null;
  readonly isWithoutImages: boolean;
}

/**
 * `queued`: another import is before it. `asking`: more than 1 % of the rows are bad. `full`: the browser's quota is used up. `interrupted`: an earlier visit ended
 * first; its files must be picked again.
 */
export type ImportState =
  | 'queued'
  | 'running'
  | 'shaping'
  | 'paused'
  | 'asking'
  | 'full'
  | 'interrupted'
  | 'done'
  | 'cancelled'
  | 'failed';

/** One import, live or left over from an earlier visit. */
export interface ImportView {
  /** The domain's id. */
  readonly id: string;
  readonly domainName: string;
  readonly label: string;
  readonly state: ImportState;
  readonly bytesRead: number;
  readonly bytesTotal: number | null;
  /** Bytes of the source a second over the last seconds. */
  readonly rate: number;
  readonly etaSeconds: number | null;
  readonly items: number;
  readonly interactions: number;
  readonly images: number;
  readonly rejected: number;
  /** The first bad rows; `rejected` counts all. */
  readonly rejectedRows: readonly RejectedRow[];
  /** True while a resumed import passes what is stored already. */
  readonly isReplaying: boolean;
  readonly error: ErrorReport | null;
  /** Names of the files to pick again before an interrupted import can go on. */
  readonly files: readonly string[];
  /** Addresses that it reads; they need no picking. */
  readonly urls: readonly string[];
}

export interface WorkspaceView {
  /** null until the first import or `createWorkspace`. */
  readonly workspace: WorkspaceInfo | null;
  readonly workspaces: readonly WorkspaceInfo[];
  readonly domains: readonly DomainInfo[];
  readonly imports: readonly ImportView[];
  readonly storage: StorageReport;
}

/** A row with what the browser shows of it; the picture is null where there is none. */
export interface ItemCardRow extends ItemRow {
  readonly image: PictureBytes | null;
}

export interface PictureBytes {
  readonly type: string;
  readonly bytes: ArrayBuffer;
}

export interface ItemView extends ItemCardRow {
  /** What encoders read, shortened to 2,000 characters. */
  readonly text: string;
  readonly imageUrl: string;
  readonly codes: readonly { readonly tokenizer: string; readonly codes: readonly number[] }[];
}

export interface UserView extends UserDetail {
  /** The newest items, newest first, at most as many as were asked for. */
  readonly newest: readonly ItemCardRow[];
}

export type DataRequest =
  | { readonly kind: 'workspace'; readonly version: number; readonly id: string | null }
  | { readonly kind: 'createWorkspace'; readonly name: string }
  | { readonly kind: 'recognise'; readonly files: readonly PickedFile[]; readonly urls: readonly string[] }
  | { readonly kind: 'preflight'; readonly plan: ImportPlan }
  | { readonly kind: 'import'; readonly plan: ImportPlan }
  /** Goes on with an interrupted import from the same files. */
  | { readonly kind: 'continueImport'; readonly id: string; readonly files: readonly PickedFile[] }
  | { readonly kind: 'steerImport'; readonly id: string; readonly wish: ImportWish }
  | { readonly kind: 'items'; readonly domain: string; readonly request: BrowseRequest; readonly hasImages: boolean }
  | { readonly kind: 'item'; readonly domain: string; readonly item: number }
  | { readonly kind: 'users'; readonly domain: string; readonly request: BrowseRequest }
  | { readonly kind: 'user'; readonly domain: string; readonly user: number; readonly limit: number }
  | { readonly kind: 'defaultTransform'; readonly domain: string }
  | { readonly kind: 'previewTransform'; readonly domain: string; readonly options: TransformOptions }
  | { readonly kind: 'applyTransform'; readonly domain: string; readonly options: TransformOptions }
  | { readonly kind: 'overlap' }
  | { readonly kind: 'setRole'; readonly domain: string; readonly role: DomainRole }
  | { readonly kind: 'rename'; readonly domain: string; readonly name: string }
  | { readonly kind: 'deleteDomain'; readonly domain: string }
  | { readonly kind: 'undoDelete'; readonly domain: string }
  /** Frees what has been in the bin for its ten seconds. */
  | { readonly kind: 'purge' }
  | { readonly kind: 'exportDomain'; readonly domain: string };

/** `acceptBadRows` also goes on; `cancel` throws away what was stored. */
export type ImportWish = 'pause' | 'resume' | 'acceptBadRows' | 'cancel' | 'dismiss';

export interface DataReplies {
  readonly workspace: WorkspaceView;
  readonly createWorkspace: WorkspaceView;
  readonly recognise: Recognised;
  readonly preflight: Preflight;
  readonly import: { readonly id: string };
  readonly continueImport: null;
  readonly steerImport: null;
  readonly items: Page<ItemCardRow>;
  readonly item: ItemView;
  readonly users: Page<UserRow>;
  readonly user: UserView;
  readonly defaultTransform: TransformOptions;
  readonly previewTransform: TransformCounts;
  readonly applyTransform: null;
  readonly overlap: OverlapMatrix;
  readonly setRole: null;
  readonly rename: null;
  readonly deleteDomain: null;
  readonly undoDelete: null;
  readonly purge: { readonly freedBytes: number };
  readonly exportDomain: { readonly name: string; readonly archive: Blob };
}

export type DataEvent =
  | { readonly kind: 'importProgress'; readonly job: ImportView }
  /** Something in the workspace changed: ask for it again. */
  | { readonly kind: 'workspaceChanged' };
