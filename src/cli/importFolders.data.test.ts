/**
 * The public data folders through `tessera import`: the counts of their stats.json, and the same data to train on as the folder
 * itself. The folders are not part of the repository: without TESSERA_DATA or ../shared/data there is nothing to read and the tests
 * are skipped.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { folderSource, realDataFolder } from '../../test/fixtures/byteStreams';
import { itemTexts } from '../data/itemText';
import { loadDataset } from '../data/loadDataset';
import { openDataset } from '../data/workspace/openDataset';
import { dataCommand, importFiles } from './dataCommands';
import { folderWorkspace } from './workspaceDataset';

const folder = realDataFolder() ?? '';
const FOLDERS = [
  'amazon14-beauty',
  'amazon14-sports',
  'amazon14-toys',
  'amazon18-games',
  'amazon18-instruments',
  'amazon18-scientific',
  'movielens-posters',
  'openclipart',
];
const made: string[] = [];
const freshFolder = (): string => {
  made.push(mkdtempSync(path.join(tmpdir(), 'tessera-import-')));
  return made.at(-1) ?? '';
};
afterAll(() => {
  for (const one of made) rmSync(one, { recursive: true, force: true });
});

const OPTIONS = { isJson: true, out: '', name: '', role: '', core: null, minRating: null, acceptsBadRows: false };

/** Runs a command; gives the objects that it printed. */
async function said(command: () => Promise<void>): Promise<Record<string, unknown>[]> {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await command();
  } finally {
    spy.mockRestore();
  }
  const lines = printed.join('').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.skipIf(realDataFolder() === null)('tessera import', () => {
  it.each(FOLDERS)('%s: counts of its stats.json; texts and sequences as loaded', async (name) => {
    const workspaceFolder = freshFolder();
    const options = { ...OPTIONS, workspace: workspaceFolder };
    const [domain] = await said(() => importFiles([path.join(folder, name)], options));
    const stats = JSON.parse(readFileSync(path.join(folder, name, 'stats.json'), 'utf8')) as Record<string, number>;
    const { users, items, interactions } = stats;
    const images = stats['items_with_image'] ?? (name === 'openclipart' ? items : 0);
    expect(domain).toMatchObject({ name, state: 'ready', users, items, interactions, images, rejected: 0 });

    const loaded = await loadDataset(folderSource(folder, name));
    const workspace = await folderWorkspace(workspaceFolder);
    const opened = await openDataset([await workspace.tables(String(domain?.['id']))], { historyLimit: 20 });
    expect(opened.sequences).toEqual(loaded.sequences);
    expect(opened.items.ids).toEqual(loaded.items.ids);
    expect(opened.items.titles).toEqual(loaded.items.titles);
    const last = loaded.itemCount;
    expect(await itemTexts(opened, 0, last)).toEqual(await itemTexts(loaded, 0, last));
  });

  it('exported in the reference layout and imported again a folder is the same domain', async () => {
    const name = 'amazon18-scientific';
    const options = { ...OPTIONS, workspace: freshFolder() };
    const [before] = await said(() => importFiles([path.join(folder, name)], options));
    const out = path.join(freshFolder(), name);
    await said(() => dataCommand('export', name, { ...options, out }));
    const [after] = await said(() => importFiles([out], { ...options, workspace: freshFolder() }));
    const { users, items, interactions, hash } = before ?? {};
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(after).toMatchObject({ users, items, interactions, hash, rejected: 0 });
  });
});
