/**
 * Workspaces in a folder (Node): a record is a file `<path>.bin` (bytes) or `<path>.json`, a pack is `<path>.pack`. Each file is
 * replaced by renaming a finished one. Several files cannot change in one step, so a commit writes bytes first, then JSON in the
 * given order, then deletes: whoever commits puts the record that makes the others count last. Prefixes that are removed are whole
 * folders (they end with `/`).
 */
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../base/errors';
import type { ColumnStorage, ListedRecords, Packs } from './columnStorage';
import type { RecordChange, RecordKey } from './records';

const PATH = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*\/?$/;
const PARTIAL = '.partial';

/** Opens (or creates) the folder. */
export async function openFolderColumnStorage(folder: string): Promise<ColumnStorage> {
  const root = path.resolve(folder);
  await mkdir(root, { recursive: true });
  return {
    records: folderRecords(root),
    packs: folderPacks(root),
    estimate: async () => {
      const usedBytes = await bytesIn(root);
      const { bavail, bsize } = await statfs(root);
      return { usedBytes, quotaBytes: usedBytes + bavail * bsize };
    },
    close: () => undefined,
  };
}

/** @throws ConfigError `storage/name` for a path that is not made of our own ids */
function fileOf(root: string, name: string, ending: string): string {
  if (!PATH.test(name) || name.split('/').includes('..')) {
    const message = `name a record: wanted letters, digits, dots, underscores, dashes and slashes, came ${name.length} characters; use an id`;
    throw new ConfigError('storage/name', message);
  }
  return path.join(root, `${name.replace(/\/$/, '')}${ending}`);
}

function folderRecords(root: string): ListedRecords {
  const paths = async (prefix: string): Promise<string[]> => {
    const cut = prefix.lastIndexOf('/');
    const start = cut < 0 ? '' : prefix.slice(0, cut);
    const found = await filesIn(root, start);
    const named = found
      .filter((name) => name.endsWith('.json') || name.endsWith('.bin'))
      .map((name) => name.replace(/\.(json|bin)$/, ''));
    return named.filter((name) => name.startsWith(prefix)).sort();
  };
  const read = async (name: string): Promise<unknown> => {
    const bytes = await readOrNull(fileOf(root, name, '.bin'));
    if (bytes !== null) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    const text = await readOrNull(fileOf(root, name, '.json'));
    return text === null ? undefined : (JSON.parse(text.toString('utf8')) as unknown);
  };
  return {
    async get<T>(key: RecordKey<T>) {
      return (await read(key.path)) as T | undefined;
    },
    async list<T>(prefix: RecordKey<T>) {
      const values: T[] = [];
      for (const name of await paths(prefix.path)) values.push((await read(name)) as T);
      return values;
    },
    paths,
    async commit(changes: readonly RecordChange[], durability) {
      const puts = lastingPuts(changes);
      const isBytes = ([, value]: readonly [string, unknown]): boolean => value instanceof Uint8Array;
      for (const [name, value] of [...[...puts].filter(isBytes), ...[...puts].filter((put) => !isBytes(put))]) {
        const [ending, other] = value instanceof Uint8Array ? ['.bin', '.json'] : ['.json', '.bin'];
        const content = value instanceof Uint8Array ? value : JSON.stringify(value);
        await writeWhole(fileOf(root, name, ending), content, durability === 'strict');
        await rm(fileOf(root, name, other), { force: true });
      }
      for (const change of changes) {
        if (change.kind === 'put') continue;
        const isKept = [...puts.keys()].some((name) => isUnder(name, change));
        if (change.kind === 'deletePrefix' && !isKept)
          await rm(fileOf(root, change.prefix, ''), { recursive: true, force: true });
        const names = change.kind === 'delete' ? [change.path] : isKept ? await paths(change.prefix) : [];
        for (const name of names.filter((one) => !puts.has(one)))
          for (const ending of ['.bin', '.json']) await rm(fileOf(root, name, ending), { force: true });
      }
    },
    close: () => undefined,
  };
}

const isUnder = (name: string, change: Exclude<RecordChange, { kind: 'put' }>): boolean =>
  change.kind === 'delete' ? name === change.path : name.startsWith(change.prefix);

/** The records of a commit that no later change of it replaces or removes. */
function lastingPuts(changes: readonly RecordChange[]): Map<string, unknown> {
  const puts = new Map<string, unknown>();
  for (const change of changes) {
    if (change.kind === 'put') {
      puts.delete(change.path);
      puts.set(change.path, change.value);
    } else for (const name of [...puts.keys()]) if (isUnder(name, change)) puts.delete(name);
  }
  return puts;
}

function folderPacks(root: string): Packs {
  const packOf = (name: string): string => fileOf(root, name, '.pack');
  const write = async (name: string, bytes: Uint8Array): Promise<void> => {
    await mkdir(path.dirname(packOf(name)), { recursive: true });
    const file = await open(packOf(name), 'a');
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  };
  /** The newest append of each pack that is being written. */
  const newest = new Map<string, Promise<void>>();
  return {
    // One after the other in the order of the calls; after one that failed the next is tried all the same.
    append(name, bytes) {
      const before = newest.get(name) ?? Promise.resolve();
      const own = before.catch(() => undefined).then(() => write(name, bytes));
      newest.set(name, own);
      const forget = () => {
        if (newest.get(name) === own) newest.delete(name);
      };
      own.then(forget, forget);
      return own;
    },
    async truncate(name, sizeBytes) {
      const size = await sizeOrZero(packOf(name));
      if (size > sizeBytes) await truncate(packOf(name), sizeBytes);
    },
    size: (name) => sizeOrZero(packOf(name)),
    async read(name, from, to) {
      const end = Math.min(to, await sizeOrZero(packOf(name)));
      const bytes = new Uint8Array(Math.max(0, end - from));
      if (bytes.length === 0) return bytes;
      const file = await open(packOf(name), 'r');
      try {
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    remove: (name) => rm(packOf(name), { force: true }),
    async list() {
      const names = await filesIn(root, '');
      return names.filter((name) => name.endsWith('.pack')).map((name) => name.slice(0, -'.pack'.length));
    },
  };
}

async function writeWhole(file: string, value: Uint8Array | string, isStrict: boolean): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const partial = file + PARTIAL;
  const handle = await open(partial, 'w');
  try {
    await handle.writeFile(value);
    if (isStrict) await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

/** Paths of all files below `start`, relative to `root`, with `/`. */
async function filesIn(root: string, start: string): Promise<string[]> {
  const names: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(path.join(root, folder))) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(name);
      else if (!name.endsWith(PARTIAL)) names.push(name);
    }
  };
  await walk(start);
  return names;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}

async function bytesIn(root: string): Promise<number> {
  let total = 0;
  for (const name of await filesIn(root, '')) total += await sizeOrZero(path.join(root, name));
  return total;
}

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
}

async function sizeOrZero(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    if (isMissing(cause)) return 0;
    throw cause;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}
