import type { DataSource } from './dataSource';

/** Files the user picked or dropped; they are found by their own name, whatever folder they came in. */
export function filesSource(files: readonly File[], name?: string): DataSource {
  const byName = new Map(files.map((file) => [file.name, file]));
  return {
    name: name ?? folderOf(files[0]) ?? files[0]?.name ?? 'files',
    async open(file) {
      return byName.get(file)?.stream() ?? null;
    },
    async list() {
      return [...byName.keys()];
    },
  };
}

/** Browsers give the picked folder as the first part of the relative path; Node's File has no such field. */
function folderOf(file: File | undefined): string | undefined {
  const parts = file?.webkitRelativePath?.split('/') ?? [];
  return parts.length > 1 ? parts[0] : undefined;
}
