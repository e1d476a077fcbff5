/** Zip and tar archives among the inputs become the files inside them. One level: an archive inside an archive stays a file. */
import { FormatError } from '../../base/errors';
import { inflateIfGzip } from '../../formats/gzip';
import { isTar, TarReader } from '../../formats/tar';
import { isZip, openZipMember, readZipDirectory, type ZipInput } from '../../formats/zip';
import { firstBytes, splitPath } from './byteSources';
import { isPictureName } from './imageFiles';
import { MAX_STREAMED_BYTES } from './inputMeter';
import type { ByteSource } from './sink';

const ARCHIVE_NAME = /\.(zip|tar|tar\.gz|tgz)$/i;
/** What is kept of each tar member, so that recognising needs no second pass; as much as `sniff` reads. */
const HEAD_BYTES = 2 ** 17;
const MAX_HEADS_BYTES = 32 * 2 ** 20;
/** Files that packers of operating systems add. */
const LITTER = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|\._)/;

/**
 * `sources` with every archive replaced by its files, named `<archive without ending>/<path inside>`.
 * @throws FormatError `zip/*`, `tar/*`, `gzip/*`
 */
export async function expandArchives(sources: readonly ByteSource[]): Promise<ByteSource[]> {
  const expanded: ByteSource[] = [];
  for (const source of sources) {
    const members = ARCHIVE_NAME.test(source.name) ? await membersOf(source) : null;
    if (members === null) expanded.push(source);
    else expanded.push(...members.filter(({ name }) => !LITTER.test(name)));
  }
  return expanded;
}

/** Null if the content is no archive, whatever the name says. */
async function membersOf(source: ByteSource): Promise<ByteSource[] | null> {
  const start = await firstBytes(await source.open(), 4);
  if (isZip(start)) return zipMembers(source);
  const inflated = await inflateIfGzip(await source.open(), { file: source.name, maxBytes: MAX_STREAMED_BYTES });
  return isTar(await firstBytes(inflated, 512)) ? new TarArchive(source).list() : null;
}

const stemOf = (source: ByteSource): string => splitPath(source.name).file.replace(ARCHIVE_NAME, '');

/** An archive of one folder keeps the folder's name, others get the archive's. */
function nameInside(archive: ByteSource, paths: readonly string[]): (path: string) => string {
  const folders = new Set(paths.map((path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')));
  return folders.size === 1 && !folders.has('') ? (path) => path : (path) => `${stemOf(archive)}/${path}`;
}

async function zipMembers(source: ByteSource): Promise<ByteSource[]> {
  const { slice, name: file, sizeBytes } = source;
  if (slice === undefined || Number.isNaN(sizeBytes)) {
    throw new FormatError(
      'zip/access',
      `read ${file}: wanted an archive that can be read at any place, came a stream; download it first`,
    );
  }
  const input: ZipInput = { file, sizeBytes, slice: (from, to) => slice.call(source, from, to) };
  const members = await readZipDirectory(input);
  const named = nameInside(
    source,
    members.map(({ name }) => name),
  );
  return members.map((member) => ({
    name: named(member.name),
    sizeBytes: member.sizeBytes,
    open: async (from = 0) => skipping(await openZipMember(input, member, { maxBytes: MAX_STREAMED_BYTES }), from),
  }));
}

/**
 * A tar archive can only be read from its beginning. Its files share one reader that goes forward: opened in the archive's order,
 * as importers mostly do, all of them cost one pass; opening an earlier one starts over. Only the last opened file can be read.
 */
class TarArchive {
  readonly #source: ByteSource;
  #reader: TarReader | null = null;
  /** Place of the file that `#reader` stands at. */
  #at = -1;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async list(): Promise<ByteSource[]> {
    const reader = await this.#start();
    const members: { name: string; sizeBytes: number; head: Uint8Array | null }[] = [];
    let headsBytes = 0;
    try {
      for (let member = await reader.next(); member !== null; member = await reader.next()) {
        const isWanted = !isPictureName(member.name) && headsBytes < MAX_HEADS_BYTES;
        const head = isWanted ? await headOf(reader) : null;
        headsBytes += head?.length ?? 0;
        members.push({ ...member, head });
      }
    } finally {
      await reader.close();
    }
    const named = nameInside(
      this.#source,
      members.map(({ name }) => name),
    );
    return members.map(({ name, sizeBytes, head }, index) => ({
      name: named(name),
      sizeBytes,
      open: async (from = 0) => skipping(this.#content(index, head), from),
    }));
  }

  async #start(): Promise<TarReader> {
    const limits = { file: this.#source.name, maxBytes: MAX_STREAMED_BYTES };
    return new TarReader(await inflateIfGzip(await this.#source.open(), limits), this.#source.name);
  }

  /** First what was kept of the file, then, only if more is asked for, the archive itself. */
  #content(index: number, head: Uint8Array | null): ReadableStream<Uint8Array> {
    let reader: TarReader | null = null;
    let skip = head?.length ?? 0;
    let hasGivenHead = head === null || head.length === 0;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (!hasGivenHead && head !== null) {
            hasGivenHead = true;
            return controller.enqueue(head.slice());
          }
          reader ??= await this.#standAt(index);
          if (this.#at !== index || this.#reader !== reader) throw this.#interrupted();
          for (let piece = await reader.readContent(); piece !== null; piece = await reader.readContent()) {
            const dropped = Math.min(skip, piece.length);
            skip -= dropped;
            if (dropped < piece.length) return controller.enqueue(piece.slice(dropped));
          }
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  }

  async #standAt(index: number): Promise<TarReader> {
    if (this.#reader === null || this.#at >= index) {
      await this.#reader?.close();
      this.#reader = await this.#start();
      this.#at = -1;
    }
    while (this.#at < index) {
      if ((await this.#reader.next()) === null) throw this.#interrupted();
      this.#at++;
    }
    return this.#reader;
  }

  #interrupted(): FormatError {
    const message = `read ${this.#source.name}: wanted one file at a time, came two; import them one after the other`;
    return new FormatError('tar/order', message);
  }
}

async function headOf(reader: TarReader): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const piece = await reader.readContent();
    if (piece === null) break;
    parts.push(piece.slice(0, HEAD_BYTES - length));
    length += parts.at(-1)?.length ?? 0;
  }
  const head = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    head.set(part, at);
    at += part.length;
  }
  return head;
}

/** The stream without its first `count` bytes. */
function skipping(stream: ReadableStream<Uint8Array>, count: number): ReadableStream<Uint8Array> {
  if (count === 0) return stream;
  const reader = stream.getReader();
  let left = count;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          const dropped = Math.min(left, value.length);
          left -= dropped;
          if (dropped < value.length) return controller.enqueue(value.subarray(dropped));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
