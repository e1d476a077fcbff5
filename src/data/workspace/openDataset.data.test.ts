/**
 * A data folder through a workspace is the same data as the folder itself. The folders are not part of the repository: without
 * TESSERA_DATA or ../shared/data there is nothing to read and the test is skipped.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { folderSource, realDataFolder } from '../../../test/fixtures/byteStreams';
import { diskSources } from '../../cli/diskSource';
import { memoryColumnStorage } from '../../storage/memoryStorage';
import { importCandidate, recognise } from '../import/recognise';
import { itemTexts } from '../itemText';
import { loadDataset } from '../loadDataset';
import { fillWorkspace } from './fillWorkspace';
import { openDataset } from './openDataset';
import { openWorkspaces } from './workspaces';

const folder = realDataFolder();
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

it.skipIf(folder === null).each(FOLDERS)(
  '%s: counts of its stats.json; texts and sequences as loaded',
  async (name) => {
    if (folder === null) return;
    const { candidates } = await recognise(await diskSources([path.join(folder, name)]));
    const [candidate] = candidates;
    if (candidate === undefined) throw new Error('not recognised');
    const workspace = await openWorkspaces(memoryColumnStorage(), () => 1).create('test');
    const info = await fillWorkspace(workspace, {
      name,
      role: 'downstream',
      origin: { format: candidate.format, files: [], options: '{}' },
      read: (sink, signal) => importCandidate(candidate, sink, {}, signal),
    });
    const stats = JSON.parse(readFileSync(path.join(folder, name, 'stats.json'), 'utf8')) as Record<string, number>;
    expect(info.report?.rejected).toBe(0);
    expect(info.statistics?.items).toBe(stats['items']);
    expect(info.statistics?.users).toBe(stats['users'] ?? 0);
    expect(info.statistics?.interactions).toBe(stats['interactions'] ?? 0);

    const loaded = await loadDataset(folderSource(folder, name));
    const opened = await openDataset([await workspace.tables(info.id)], { historyLimit: 20 });
    expect(opened.sequences).toEqual(loaded.sequences);
    expect(opened.items.ids).toEqual(loaded.items.ids);
    expect(opened.items.titles).toEqual(loaded.items.titles);
    const last = loaded.itemCount;
    expect(await itemTexts(opened, 0, last)).toEqual(await itemTexts(loaded, 0, last));
    if (loaded.images !== null) expect(info.statistics?.withImage).toBe(loaded.images.count);
  },
);
