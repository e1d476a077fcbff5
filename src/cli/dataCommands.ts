/** `tessera import` and `tessera data …`: workspaces in a folder, without a browser. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ConfigError, FormatError, QuotaError } from '../base/errors';
import type { Candidate } from '../data/import/candidate';
import { importCandidate, recognise } from '../data/import/recognise';
import type { ByteSource } from '../data/import/sink';
import type { Workspace } from '../data/workspace/api';
import { fillWorkspace } from '../data/workspace/fillWorkspace';
import type { DomainInfo, DomainRole, TransformOptions } from '../data/workspace/types';
import { diskSources } from './diskSource';
import { findDomain, folderWorkspace } from './workspaceDataset';

export interface DataOptions {
  readonly workspace: string;
  readonly isJson: boolean;
  readonly out: string;
  readonly name: string;
  readonly role: string;
  readonly core: number | null;
  readonly minRating: number | null;
  readonly acceptsBadRows: boolean;
}

const ROLES: Readonly<Record<string, DomainRole>> = {
  pretraining: 'pretraining',
  downstream: 'downstream',
  'held-out': 'heldOut',
};

/** Imports files and folders, one domain for each catalogue found in them. */
export async function importFiles(paths: readonly string[], options: DataOptions): Promise<void> {
  const role = ROLES[options.role || 'downstream'];
  if (role === undefined)
    throw new ConfigError('cli/role', `--role: wants ${Object.keys(ROLES).join(', ')}, got "${options.role}".`);
  if (paths.length === 0) throw new ConfigError('cli/import', 'import: wants files or folders.');
  const { candidates, unrecognised } = await recognise(await diskSources(paths));
  const catalogues = candidates.filter((candidate) => !candidate.isAddition);
  if (catalogues.length === 0) {
    const names = unrecognised.slice(0, 3).map(({ name }) => name);
    throw new FormatError(
      'import/unrecognised',
      `import: wanted a known format, came ${names.join(', ')}; docs/data.md lists what can be read.`,
    );
  }
  if (options.name !== '' && catalogues.length > 1)
    throw new ConfigError(
      'cli/name',
      `--name: names one domain, but there are ${catalogues.length} here; import them one by one.`,
    );
  const workspace = await folderWorkspace(options.workspace, true);
  const additions = catalogues.length === 1 ? candidates.filter((candidate) => candidate.isAddition) : [];
  for (const candidate of catalogues) await importOne(workspace, [candidate, ...additions], role, options);
}

async function importOne(
  workspace: Workspace,
  candidates: readonly Candidate[],
  role: DomainRole,
  options: DataOptions,
): Promise<void> {
  const [main] = candidates;
  if (main === undefined) return;
  const name = options.name || main.domainName || 'data';
  const sources = candidates.flatMap(({ parts }) => parts.map(({ source }) => source));
  const { fits, neededBytes, freeBytes } = await workspace.preflight(unpackedBytes(sources));
  if (!fits) {
    const message = `import ${name}: wanted about ${gigabytes(neededBytes)}, came ${gigabytes(freeBytes)} of free space, a fifth of which stays free; delete domains or use another folder.`;
    throw new QuotaError('storage/quota', message);
  }
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  const progress = progressPrinter(name, options.isJson);
  const change: Partial<TransformOptions> = {
    ...(options.core === null ? {} : { userCore: options.core, itemCore: options.core, keepsUnseenItems: false }),
    ...(options.minRating === null ? {} : { minRating: options.minRating }),
  };
  try {
    const info = await fillWorkspace(workspace, {
      name,
      role,
      origin: {
        format: main.format,
        files: main.parts.map(({ source }) => ({ name: source.name, sizeBytes: source.sizeBytes })),
        options: '{}',
      },
      read: async (sink, signal) => {
        for (const candidate of candidates) await importCandidate(candidate, sink, {}, signal);
      },
      transform: change,
      acceptsBadRows: options.acceptsBadRows,
      signal: stop.signal,
      onProgress: progress,
    });
    say(options, { kind: 'domain', ...summary(info) }, `${describe(info)}${badRows(info)}`);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** What packed tables come to when they are unpacked, about; JSON lines pack 3 to 4 times, CSV up to 6. */
const UNPACKED_FACTOR = 5;

function unpackedBytes(sources: readonly ByteSource[]): number {
  return sources.reduce(
    (sum, { name, sizeBytes }) => sum + (/\.(gz|tgz|parquet)$/i.test(name) ? UNPACKED_FACTOR * sizeBytes : sizeBytes),
    0,
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** `tessera data list | delete <domain> | export <domain>`. */
export async function dataCommand(
  verb: string | undefined,
  domain: string | undefined,
  options: DataOptions,
): Promise<void> {
  const workspace = await folderWorkspace(options.workspace);
  if (verb === 'list') {
    const { usedBytes } = await workspace.storage();
    for (const info of await workspace.domains()) say(options, { kind: 'domain', ...summary(info) }, describe(info));
    say(options, { kind: 'storage', usedBytes }, `${(usedBytes / 1e6).toFixed(1)} MB in ${options.workspace}`);
  } else if (verb === 'delete') {
    const info = await findDomain(workspace, domain);
    await workspace.delete(info.id);
    const freedBytes = await workspace.purge();
    say(
      options,
      { kind: 'deleted', id: info.id, freedBytes },
      `${info.name}: deleted, ${(freedBytes / 1e6).toFixed(1)} MB freed`,
    );
  } else if (verb === 'export') {
    const info = await findDomain(workspace, domain);
    if (options.out === '') throw new ConfigError('cli/out', 'data export: wants --out <folder>.');
    let files = 0;
    for await (const { name, stream } of workspace.exportReference(info.id)) {
      const file = path.join(options.out, ...name.split('/'));
      await mkdir(path.dirname(file), { recursive: true });
      await pipeline(Readable.from(stream), createWriteStream(file));
      files++;
    }
    say(options, { kind: 'exported', id: info.id, files }, `${info.name}: ${files} files in ${options.out}`);
  } else throw new ConfigError('cli/command', `data: wants list, images, delete or export, got "${verb ?? ''}".`);
}

const summary = ({ id, name, role, state, statistics, hash, sizes, report }: DomainInfo): object => ({
  id,
  name,
  role,
  state,
  hash,
  users: statistics?.users ?? 0,
  items: statistics?.items ?? 0,
  interactions: statistics?.interactions ?? 0,
  images: statistics?.withImage ?? 0,
  rejected: report?.rejected ?? 0,
  sizes,
});

function describe(info: DomainInfo): string {
  const { id, name, role, state, statistics } = info;
  if (statistics === null)
    return `${id}  ${name}  ${role}  ${state === 'importing' ? 'unfinished import; run the same import again' : state}`;
  const { users, items, interactions, withText, withImage } = statistics;
  const pictures = withImage > 0 ? `, ${withImage} pictures` : '';
  return `${id}  ${name}  ${role}  ${users} users, ${items} items, ${interactions} interactions, ${withText} with text${pictures}`;
}

function badRows({ report }: DomainInfo): string {
  if (report === null || report.rejected === 0) return '';
  const lines = report.rejectedRows
    .slice(0, 5)
    .map(({ file, line, column, reason }) => `\n  ${file}:${line}:${column}  ${reason}`);
  return `\n${report.rejected} bad rows left out:${lines.join('')}`;
}

function say(options: DataOptions, value: object, text: string): void {
  process.stdout.write(`${options.isJson ? JSON.stringify(value) : text}\n`);
}

/** A line that redraws itself on a terminal; nothing elsewhere. */
function progressPrinter(name: string, isJson: boolean) {
  let last = Number.NEGATIVE_INFINITY;
  return ({
    bytesRead,
    bytesTotal,
    interactions,
    items,
  }: {
    bytesRead: number;
    bytesTotal: number;
    interactions: number;
    items: number;
  }): void => {
    if (isJson || process.stderr.isTTY !== true || performance.now() - last < 200) return;
    last = performance.now();
    const share =
      bytesTotal > 0 ? `${Math.floor((100 * bytesRead) / bytesTotal)} %` : `${Math.round(bytesRead / 1e6)} MB`;
    process.stderr.write(`\r\x1b[2K${name}  ${share}  ${interactions} interactions  ${items} items`);
  };
}
