/** Files of item codes that `--identifiers` names. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { ConfigError } from '../base/errors';
import { readSemanticIdObject, readSemanticIds } from '../formats/semanticIds';
import type { CodeFile } from '../train/importedTokenizers';

const SEMANTIC_IDS = /\.sem_ids(\.gz)?$/;

/** `.sem_ids` as the reference writes them, anything else as JSON lines. @throws ConfigError `cli/identifiers`; FormatError of the files */
export async function codeFiles(paths: readonly string[]): Promise<CodeFile[]> {
  const files: CodeFile[] = [];
  for (const each of paths)
    for (const file of await filesOf(each)) {
      const name = path.basename(file);
      const stream = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
      const read = SEMANTIC_IDS.test(name) ? readSemanticIdObject : readSemanticIds;
      files.push({ name, table: await read(stream, { file: name }) });
    }
  return files;
}

async function filesOf(each: string): Promise<string[]> {
  const found = await stat(each).catch((cause: unknown) => {
    throw new ConfigError('cli/identifiers', `--identifiers: there is no file or folder "${each}".`, { cause });
  });
  if (!found.isDirectory()) return [each];
  return (await readdir(each))
    .filter((name) => SEMANTIC_IDS.test(name))
    .sort()
    .map((name) => path.join(each, name));
}
