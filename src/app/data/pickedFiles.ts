/** Files as the user gives them: from a picker (with or without a folder) or dropped, folders opened all the way down. */
import type { PickedFile } from '../../worker/protocol/data';

export const pickedFiles = (files: Iterable<File>): PickedFile[] =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** Reads folders, too. Call before the drop event's handler has returned: the browser empties the transfer afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry.isDirectory)) return pickedFiles(plain);
  const found = await Promise.all(entries.map(filesBelow));
  return found.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function filesBelow(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path: entry.fullPath.replace(/^\//, '') }];
  }
  if (!isDirectory(entry)) return [];
  const reader = entry.createReader();
  const found: PickedFile[] = [];
  for (;;) {
    // One call gives at most a hundred entries; an empty answer is the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const below of await Promise.all(some.map(filesBelow))) found.push(...below);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** The plain layout that opens as it is: items and sequences, pictures if any, nothing else. */
export function isPlainLayout(files: readonly PickedFile[]): boolean {
  const names = files.map(({ file }) => file.name.replace(/\.gz$/, ''));
  const plain = new Set(['items.jsonl', 'sequences.jsonl', 'images.bin', 'images.json']);
  return (
    names.includes('items.jsonl') &&
    names.includes('sequences.jsonl') &&
    new Set(names).size === names.length &&
    names.every((name) => plain.has(name))
  );
}
