/** Files on disk as inputs of an import. */
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '../base/errors';
import { streamOfSlices } from '../data/import/byteSources';
import type { ByteSource } from '../data/import/sink';

/** All files of `paths`, folders searched through, in name order; hidden files are left out. @throws FormatError `cli/no-file` */
export async function diskSources(paths: readonly string[]): Promise<ByteSource[]> {
  const sources: ByteSource[] = [];
  for (const given of paths) {
    const whole = path.resolve(given);
    const found = await stat(whole).catch(() => null);
    if (found === null)
      throw new FormatError('cli/no-file', `import: there is no file or folder "${given}"; check the path.`);
    const base = path.dirname(whole);
    for (const file of found.isDirectory() ? await filesBelow(whole) : [whole])
      sources.push(diskSource(file, path.relative(base, file).split(path.sep).join('/'), (await stat(file)).size));
  }
  return sources;
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(file)));
    else if (entry.isFile()) files.push(file);
  }
  return files;
}

function diskSource(file: string, name: string, sizeBytes: number): ByteSource {
  const slice = async (from: number, to: number): Promise<Uint8Array> => {
    const handle = await open(file, 'r');
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(to, sizeBytes) - from));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  };
  return { name, sizeBytes, slice, open: async (from = 0) => streamOfSlices(slice, from, sizeBytes) };
}
