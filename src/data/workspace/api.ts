/**
 * What pages and commands do with workspaces. Implementations: `openWorkspaces` (any host's storage). All methods may throw
 * QuotaError `storage/quota`, FormatError `workspace/damaged` (a stored chunk is missing or changed) and ConfigError
 * `workspace/unknown` (an id that is gone).
 */
import type { ImportSink } from '../import/sink';
import type { DomainTables } from './domainTables';
import type {
  BrowseRequest,
  DomainInfo,
  DomainRole,
  ImportOrigin,
  ImportProgress,
  ImportReport,
  ItemDetail,
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
} from './types';

export interface Workspaces {
  list(): Promise<WorkspaceInfo[]>;
  create(name: string): Promise<Workspace>;
  /** @throws ConfigError `workspace/unknown` */
  open(id: string): Promise<Workspace>;
  rename(id: string, name: string): Promise<void>;
  /** Removes the workspace with all its domains at once. */
  delete(id: string): Promise<void>;
  close(): void;
}

export interface ImportOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Go on although more than 1 % of the rows are bad. */
  readonly acceptsBadRows?: boolean;
}

export interface Workspace {
  readonly info: WorkspaceInfo;
  /** All domains that are not in the bin, oldest first; unfinished imports among them. */
  domains(): Promise<DomainInfo[]>;
  domain(id: string): Promise<DomainInfo>;
  rename(id: string, name: string): Promise<void>;
  setRole(id: string, role: DomainRole): Promise<void>;

  /** Whether an import of so many unpacked bytes fits. */
  preflight(sourceBytes: number): Promise<Preflight>;
  /** Adds an empty domain in state `importing`. Its id is the token for `runImport`, also after a reload. */
  createImport(name: string, role: DomainRole, origin: ImportOrigin): Promise<DomainInfo>;
  /**
   * Runs (or resumes) an import: `read` feeds the sink from the first byte on; what earlier batches stored is recognised and not
   * written again. Batches are committed as they fill, so a crash, a stop or a full disk loses at most the last few MB.
   * Afterwards the domain is `raw`.
   * @throws CancelledError `import/stopped`; FormatError `import/badRows`, `import/changed` (another source than before);
   *   QuotaError `storage/quota` — in all cases the domain stays `importing` and this can be called again
   */
  runImport(
    id: string,
    read: (sink: ImportSink, signal: AbortSignal) => Promise<void>,
    options?: ImportOptions,
  ): Promise<ImportReport>;

  /** Transform that fits the data: prepared sequences stay as they are, raw events get the 5-core. */
  defaultTransform(id: string): Promise<TransformOptions>;
  /** Live counts; nothing is stored. Repeated calls on one domain are fast: its events stay in memory until another is asked. */
  previewTransform(id: string, options: TransformOptions): Promise<TransformCounts>;
  /** Builds and stores the view; replaces the previous one only once the new one is whole. */
  applyTransform(id: string, options: TransformOptions, signal?: AbortSignal): Promise<DomainInfo>;

  browseItems(id: string, request: BrowseRequest): Promise<Page<ItemRow>>;
  browseUsers(id: string, request: BrowseRequest): Promise<Page<UserRow>>;
  itemDetail(id: string, item: number): Promise<ItemDetail>;
  userDetail(id: string, user: number): Promise<UserDetail>;
  /** The stored picture of a view item, or null. */
  readImage(id: string, item: number): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string } | null>;
  /** Items of the view that have a picture address but no picture: input of an image fetch. */
  itemsWithoutImage(id: string): Promise<readonly { readonly item: number; readonly url: string }[]>;
  /** Adds pictures to a finished domain (fetched later); committed in batches of a few MB. */
  addImages(
    id: string,
    images: AsyncIterable<{ readonly item: number; readonly bytes: Uint8Array; readonly mediaType: string }>,
  ): Promise<number>;

  /** Stored tables of a domain, for `openDataset`. */
  tables(id: string): Promise<DomainTables>;

  overlap(): Promise<OverlapMatrix>;
  storage(): Promise<StorageReport>;

  /** Moves a domain (or an unfinished import) to the bin: it is hidden, its bytes stay until `purge`. */
  delete(id: string): Promise<void>;
  undoDelete(id: string): Promise<void>;
  /** Frees the bytes of everything that has been in the bin for at least `olderThanMs` (default 0: all). Returns bytes freed. */
  purge(olderThanMs?: number): Promise<number>;

  /**
   * The reference repositories' layout as named byte streams: `all_item_seqs.json`, `id_mapping.json`, `metadata.sentence.json`,
   * `Images/<id>.<ext>`, `<tokenizer>.sem_ids`. Importing them again gives a domain of the same hash.
   */
  exportReference(id: string): AsyncGenerator<{ readonly name: string; readonly stream: ReadableStream<Uint8Array> }>;
}
