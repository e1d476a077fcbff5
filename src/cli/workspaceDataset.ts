/** A folder's workspace and its domains as data to train on. */
import path from 'node:path';
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import type { Workspace } from '../data/workspace/api';
import { openDataset } from '../data/workspace/openDataset';
import type { DomainInfo } from '../data/workspace/types';
import { openWorkspaces } from '../data/workspace/workspaces';
import { openFolderColumnStorage } from '../storage/folderColumnStorage';

/** The folder's workspace; a folder holds one. @throws ConfigError `cli/workspace` */
export async function folderWorkspace(folder: string, mayCreate = false): Promise<Workspace> {
  if (folder === '') throw new ConfigError('cli/workspace', 'wants --workspace <folder>.');
  const workspaces = openWorkspaces(await openFolderColumnStorage(folder), Date.now);
  const [first] = await workspaces.list();
  if (first) return workspaces.open(first.id);
  if (mayCreate) return workspaces.create(path.basename(path.resolve(folder)));
  throw new ConfigError(
    'cli/workspace',
    `${folder}: holds no workspace; make one with tessera import <files…> --workspace ${folder}.`,
  );
}

/** A domain by name or id. @throws ConfigError `cli/domain` */
export async function findDomain(workspace: Workspace, wanted: string | undefined): Promise<DomainInfo> {
  const domains = await workspace.domains();
  const found = domains.filter(({ id, name }) => id === wanted || name === wanted);
  const [info] = found;
  if (info !== undefined && found.length === 1) return info;
  const names = domains.map(({ id, name }) => `${name} (${id})`).join(', ');
  throw new ConfigError(
    'cli/domain',
    `wants one domain by name or id, got "${wanted ?? ''}"; there are ${names || 'none'}.`,
  );
}

/** `<folder>` or `<folder>:<domain>,…`; a drive letter's colon is followed by a slash. */
function parts(wanted: string): { folder: string; names: string[] } {
  const [, folder = wanted, names] = /^(.*?)(?::([^:\\/]+))?$/.exec(wanted) ?? [];
  return { folder, names: names?.split(',').filter(Boolean) ?? [] };
}

/**
 * Domains of a workspace as one data set; without names all that can train and are not held out.
 * @throws ConfigError `cli/workspace`, `cli/domain`; FormatError `workspace/*`
 */
export async function workspaceDataset(
  wanted: string,
  windowMegabytes: number | null,
  historyLimit: number,
): Promise<Dataset> {
  const { folder, names } = parts(wanted);
  const workspace = await folderWorkspace(folder);
  const chosen: DomainInfo[] = [];
  for (const name of names) chosen.push(await findDomain(workspace, name));
  if (names.length === 0)
    for (const info of await workspace.domains())
      if (info.role !== 'heldOut' && (info.statistics?.users ?? 0) > 0) chosen.push(info);
  const users = chosen.reduce((total, info) => total + (info.statistics?.users ?? 0), 0);
  if (users === 0)
    throw new ConfigError('cli/no-users', `${folder}: wanted a domain with sequences, came none; import one first.`);
  const window = windowMegabytes === null ? {} : { windowBytes: windowMegabytes * 2 ** 20 };
  return openDataset(await Promise.all(chosen.map(({ id }) => workspace.tables(id))), { historyLimit, ...window });
}
