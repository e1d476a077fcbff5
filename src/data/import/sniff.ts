/** The beginning of each input, inflated: what formats are recognised by. */
import { FormatError } from '../../base/errors';
import { inflateIfGzip } from '../../formats/gzip';
import { isJsonObject, type JsonObject, parseStrictJson } from '../../formats/strictJson';
import { firstBytes, splitPath } from './byteSources';
import { isPictureName } from './imageFiles';
import type { ByteSource } from './sink';

const SNIFF_BYTES = 2 ** 17;

export interface Sniffed {
  readonly source: ByteSource;
  readonly folder: string;
  /** File name without folders. */
  readonly file: string;
  /** File name in small letters, without `.gz`. */
  readonly plainName: string;
  /** Up to 128 KiB, inflated. */
  readonly head: Uint8Array;
  /** `head` as text, bad bytes replaced; '' if it holds NUL bytes. */
  readonly text: string;
  /** Whether `head` is the whole file. */
  readonly isWhole: boolean;
}

/** Reads the beginning of `source`. A file whose beginning cannot be inflated has an empty head. */
export async function sniff(source: ByteSource): Promise<Sniffed> {
  const { folder, file } = splitPath(source.name);
  let head: Uint8Array = new Uint8Array(0);
  try {
    // A folder may have a hundred thousand pictures: their names are enough.
    if (!isPictureName(file))
      head = await firstBytes(await inflateIfGzip(await source.open(), { file: source.name }), SNIFF_BYTES);
  } catch (error) {
    // A broken file is reported when it is imported; here it is only one that nothing recognises.
    if (!(error instanceof FormatError)) throw error;
  }
  const text = isText(head) ? new TextDecoder().decode(head) : '';
  const plainName = file.toLowerCase().replace(/\.gz$/, '');
  return { source, folder, file, plainName, head, text, isWhole: head.length < SNIFF_BYTES };
}

/** Binary files are full of zeros; one in a text is a slip of the program that wrote it, for the row it stands in to answer. */
function isText(head: Uint8Array): boolean {
  let zeros = 0;
  for (let at = head.indexOf(0); at >= 0; at = head.indexOf(0, at + 1)) zeros++;
  return zeros <= head.length / 200;
}

/** The first whole lines, blank ones left out. */
export function sniffedLines(sniffed: Sniffed, most: number): string[] {
  const lines = sniffed.text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (!sniffed.isWhole) lines.pop();
  return lines.filter((line) => line.trim() !== '').slice(0, most);
}

/** The first lines as JSON objects; [] unless the first line is one. */
export function sniffedObjects(sniffed: Sniffed, most = 20): JsonObject[] {
  if (!/^\ufeff?\s*\{/.test(sniffed.text)) return [];
  const objects: JsonObject[] = [];
  for (const line of sniffedLines(sniffed, most)) {
    try {
      const value = parseStrictJson(line, { file: sniffed.source.name });
      if (isJsonObject(value)) objects.push(value);
    } catch {
      // Bad lines are counted by the import itself.
      if (objects.length === 0) return [];
    }
  }
  return objects;
}

/** Inputs by their folder, in order of first appearance. */
export function byFolder(inputs: readonly Sniffed[]): Map<string, Sniffed[]> {
  const folders = new Map<string, Sniffed[]>();
  for (const input of inputs) {
    const inFolder = folders.get(input.folder);
    if (inFolder === undefined) folders.set(input.folder, [input]);
    else inFolder.push(input);
  }
  return folders;
}

/** The last part of a folder's path that is a name, '' for none. */
export function folderName(folder: string): string {
  const { folder: above, file } = splitPath(folder);
  return file === '..' || file === '.' ? folderName(above) : file;
}
