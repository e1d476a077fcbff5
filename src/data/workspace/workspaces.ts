/** All workspaces of one storage. */
import { ConfigError } from '../../base/errors';
import type { ColumnStorage } from '../../storage/columnStorage';
import { putRecord } from '../../storage/records';
import type { Workspace, Workspaces } from './api';
import { allWorkspaces, migrated, WORKSPACE_VERSION, type WorkspaceRecord, workspaceKey } from './records';
import { StoredWorkspace } from './storedWorkspace';

/**
 * Workspaces in `storage` (borrowed; `close` closes it).
 * @param now milliseconds since 1970
 * @throws UnsupportedError `workspace/newer` when a newer program wrote them
 */
export function openWorkspaces(storage: ColumnStorage, now: () => number): Workspaces {
  const records = async (): Promise<WorkspaceRecord[]> =>
    (await storage.records.list(allWorkspaces)).map((record) => migrated(record));
  const get = async (id: string): Promise<WorkspaceRecord> => {
    const record = await storage.records.get(workspaceKey(id));
    if (record !== undefined) return migrated(record);
    throw new ConfigError('workspace/unknown', `open workspace ${id}: there is none; choose another or make one.`);
  };
  const open = async (id: string): Promise<Workspace> => {
    const workspace = new StoredWorkspace(storage, (await get(id)).info, now);
    await workspace.sweep();
    return workspace;
  };
  return {
    list: async () => (await records()).map(({ info }) => info).sort((a, b) => a.createdAtMs - b.createdAtMs),
    async create(name) {
      const taken = (await records()).map(({ info }) => Number(info.id.slice(1)));
      const id = `w${Math.max(0, ...taken) + 1}`;
      const record = { version: WORKSPACE_VERSION, info: { id, name, createdAtMs: now() }, nextDomain: 1 };
      await storage.records.commit([putRecord(workspaceKey(id), record)], 'strict');
      return open(id);
    },
    open,
    async rename(id, name) {
      const record = await get(id);
      await storage.records.commit(
        [putRecord(workspaceKey(id), { ...record, info: { ...record.info, name } })],
        'strict',
      );
    },
    async delete(id) {
      const prefix = `w/${id}/`;
      const changes = [
        { kind: 'delete', path: workspaceKey(id).path },
        { kind: 'deletePrefix', prefix },
      ] as const;
      await storage.records.commit(changes, 'strict');
      for (const pack of await storage.packs.list()) if (pack.startsWith(prefix)) await storage.packs.remove(pack);
    },
    close: () => storage.close(),
  };
}
