/**
 * A whole run as one `.tessera` file: the run's folder (run.json, checkpoints, metrics.jsonl, evaluations/, snapshots/) as a
 * zip with a manifest of sizes and hashes. Every member is in the manifest and every entry of it is a member, so a file
 * that was swapped, added, removed or cut is named. Opened again it is the same folder, byte for byte.
 */
import { FormatError, UnsupportedError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import { decodeText } from '../formats/readBytes';
import { isJsonObject, type JsonObject, parseJsonObject } from '../formats/strictJson';
import { readZip, writeZip, type ZipLimits } from '../formats/zipArchive';
import { anonymiseRun, type Traces } from './anonymiseRun';

export const ARCHIVE_EXTENSION = '.tessera';
export const ARCHIVE_VERSION = 1;
const MANIFEST = 'manifest.json';
const FORMAT = 'tessera-run';
/** Kinds of files a run's folder has; nothing else travels, in or out. */
const MEMBER = /\.(json|jsonl|safetensors|u16)$/;

export const isRunMember = (name: string): boolean => MEMBER.test(name) && name !== MANIFEST;

export interface ArchiveOptions {
  /** Removes names, paths, machine, notes from every file; `traces` are this machine's. */
  readonly anonymise?: Traces;
  /** Deflates tensors as well: smaller by a tenth, or by much where they hold zeros. */
  readonly deflatesTensors?: boolean;
}

/** @param files of a run's folder by relative path with `/` @throws FormatError `archive/name`, and those of the files when anonymised */
export async function writeRunArchive(
  files: ReadonlyMap<string, Uint8Array>,
  options: ArchiveOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const members = new Map([...files].filter(([name]) => isRunMember(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (!members.has('run.json'))
    throw new FormatError('archive/run', 'export a run: wanted a folder with run.json, came one without; train first.');
  const packed = options.anonymise ? anonymiseRun(members, options.anonymise) : members;
  const entries: Record<string, { bytes: number; sha256: string }> = {};
  for (const [name, bytes] of packed) entries[name] = { bytes: bytes.length, sha256: await sha256Hex(bytes) };
  const manifest = {
    format: FORMAT,
    version: ARCHIVE_VERSION,
    isAnonymous: options.anonymise !== undefined,
    files: entries,
  };
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  const all = new Map<string, Uint8Array>([[MANIFEST, new TextEncoder().encode(text)], ...packed]);
  return writeZip(all, (name) => name.endsWith('.safetensors') && options.deflatesTensors !== true);
}

/**
 * The files of a run by relative path, verified.
 * @throws FormatError `archive/*` naming the member; UnsupportedError `archive/version`
 */
export async function readRunArchive(
  file: Uint8Array,
  name: string,
  limits?: ZipLimits,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const members = readZip(file, name, limits);
  const manifestBytes = members.get(MANIFEST);
  if (!manifestBytes)
    throw new FormatError(
      'archive/manifest',
      `${name}: is a zip but no Tessera run (no ${MANIFEST}); open an exported one.`,
    );
  members.delete(MANIFEST);
  const manifest = parseJsonObject(decodeText(manifestBytes, MANIFEST), { file: `${name} ${MANIFEST}` });
  const listed = listedFiles(manifest, name);
  for (const [member, bytes] of members) {
    const entry = listed.get(member);
    if (!entry || !isRunMember(member))
      throw new FormatError(
        'archive/manifest',
        `${name}: holds "${member}", which its manifest does not list; export it again.`,
      );
    if (bytes.length !== entry.bytes || (await sha256Hex(bytes)) !== entry.sha256)
      throw new FormatError(
        'archive/hash',
        `${name}: "${member}" is not what the manifest says; it was changed or damaged, export it again.`,
      );
    listed.delete(member);
  }
  for (const missing of listed.keys())
    throw new FormatError('archive/manifest', `${name}: "${missing}" is listed but missing; export it again.`);
  if (!members.has('run.json'))
    throw new FormatError('archive/run', `${name}: holds no run.json; export the run again.`);
  return members;
}

function listedFiles(manifest: JsonObject, name: string): Map<string, { bytes: number; sha256: string }> {
  if (manifest['format'] !== FORMAT)
    throw new FormatError('archive/manifest', `${name}: its manifest is not of a Tessera run; open an exported one.`);
  if (manifest['version'] !== ARCHIVE_VERSION)
    throw new UnsupportedError(
      'archive/version',
      `${name}: has version ${JSON.stringify(manifest['version'] ?? null)}, this program reads ${ARCHIVE_VERSION}; use the program that wrote it.`,
    );
  const { files } = manifest;
  if (!isJsonObject(files))
    throw new FormatError('archive/manifest', `${name}: its manifest lists no files; export it again.`);
  return new Map(
    Object.entries(files).map(([member, entry]) => {
      const { bytes, sha256 } = isJsonObject(entry) ? entry : {};
      if (typeof bytes !== 'number' || typeof sha256 !== 'string')
        throw new FormatError('archive/manifest', `${name}: the manifest’s entry "${member}" has no size and hash.`);
      return [member, { bytes, sha256 }];
    }),
  );
}
