/**
 * Records of the workspace store and their schema. Layout of paths (ids are ours, user names are labels inside records):
 * `workspaces/<w>` · `w/<w>/d/<domain>` (the record that makes a domain's trees count) · `w/<w>/j/<domain>` (journal of an
 * unfinished import) · `w/<w>/t/<tree>/<column>/<chunk>` · packs `w/<w>/p/<domain>.images`, `.vectors`.
 */
import { FormatError, UnsupportedError } from '../../base/errors';
import type { RecordKey } from '../../storage/records';
import type { Columns } from './columns';
import type { DomainInfo, WorkspaceInfo } from './types';

/** Raise together with a new step in `MIGRATIONS`. */
export const WORKSPACE_VERSION = 1;

/** The raw tables, complete. */
export interface RawTables {
  readonly tree: string;
  readonly columns: Columns;
  readonly items: number;
  readonly users: number;
  readonly events: number;
  /** All events came as finished sequences. */
  readonly isPrepared: boolean;
  readonly images: ImageTables;
  readonly vectorWidth: number;
  readonly vectors: number;
  readonly vectorBytes: number;
  readonly codes: readonly { readonly tokenizer: string; readonly levels: number; readonly items: number }[];
}

/** Where each raw item's picture lies in the pack: columns `imageOffset`, `imageLength` (0 = none), `imageType`, `imageCheck`. */
export interface ImageTables {
  readonly tree: string;
  readonly columns: Columns;
  /** Media types by number. */
  readonly types: readonly string[];
  /** Bytes of the pack that count. */
  readonly bytes: number;
  readonly count: number;
}

/** The view: what trains. */
export interface ViewTables {
  readonly tree: string;
  readonly columns: Columns;
  readonly items: number;
  readonly users: number;
  readonly events: number;
  /** First user of each chunk of sequences, and events in it. */
  readonly chunkUsers: readonly number[];
  readonly chunkEvents: readonly number[];
  readonly hashParts: HashParts;
}

/** SHA-256 of each part of a view; the domain's hash is that of all of them. */
export interface HashParts {
  readonly items: string;
  readonly sequences: string;
  readonly images: string;
  readonly vectors: string;
  readonly codes: string;
}

export interface DomainRecord {
  readonly version: number;
  readonly info: Omit<DomainInfo, 'sizes'>;
  readonly raw: RawTables | null;
  readonly view: ViewTables | null;
  /** Counts trees made for this domain; the next one gets this number. */
  readonly generation: number;
}

/** How far an unfinished import got. */
export interface ImportJournal {
  readonly version: number;
  readonly columns: Columns;
  readonly imageBytes: number;
  readonly vectorBytes: number;
  readonly batches: number;
}

export interface WorkspaceRecord {
  readonly version: number;
  readonly info: WorkspaceInfo;
  /** Counts domains ever made. */
  readonly nextDomain: number;
}

export const allWorkspaces: RecordKey<WorkspaceRecord> = { path: 'workspaces/' };
export const workspaceKey = (workspace: string): RecordKey<WorkspaceRecord> => ({ path: `workspaces/${workspace}` });
export const domainsOf = (workspace: string): RecordKey<DomainRecord> => ({ path: `w/${workspace}/d/` });
export const domainKey = (workspace: string, domain: string): RecordKey<DomainRecord> => ({
  path: `w/${workspace}/d/${domain}`,
});
export const journalKey = (workspace: string, domain: string): RecordKey<ImportJournal> => ({
  path: `w/${workspace}/j/${domain}`,
});
export const treesOf = (workspace: string): string => `w/${workspace}/t/`;
export const rawTree = (workspace: string, domain: string): string => `w/${workspace}/t/${domain}.raw`;
export const viewTree = (workspace: string, domain: string, generation: number): string =>
  `w/${workspace}/t/${domain}.v${generation}`;
export const imageTree = (workspace: string, domain: string, generation: number): string =>
  `w/${workspace}/t/${domain}.i${generation}`;
export const imagePack = (workspace: string, domain: string): string => `w/${workspace}/p/${domain}.images`;
export const vectorPack = (workspace: string, domain: string): string => `w/${workspace}/p/${domain}.vectors`;

type Stored = { readonly version: number };
type Migration = (record: Stored) => Stored;

/** Step `MIGRATIONS[v]` turns a record of version v into one of version v + 1. Version 1 is the first. */
const MIGRATIONS: Readonly<Record<number, Migration>> = {};

/**
 * A stored record in today's form.
 * @throws UnsupportedError `workspace/newer` for a record of a newer program; FormatError `workspace/damaged` for something else
 */
export function migrated<T extends Stored>(
  record: T,
  version = WORKSPACE_VERSION,
  steps: Readonly<Record<number, Migration>> = MIGRATIONS,
): T {
  let current: Stored = record;
  if (!Number.isInteger(current?.version)) {
    const message = 'open workspace: wanted a record with a version, came something else; import the data again.';
    throw new FormatError('workspace/damaged', message);
  }
  if (current.version > version) {
    const message = `open workspace: wanted at most version ${version}, came ${current.version}; reload the page or update Tessera.`;
    throw new UnsupportedError('workspace/newer', message);
  }
  while (current.version < version) {
    const step = steps[current.version];
    if (step === undefined) {
      const message = `open workspace: wanted a way from version ${current.version}, came none; export with the program that wrote it.`;
      throw new FormatError('workspace/damaged', message);
    }
    current = step(current);
  }
  return current as T;
}
