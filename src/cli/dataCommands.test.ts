import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importFiles } from './dataCommands';
import { folderWorkspace } from './workspaceDataset';

const folder = mkdtempSync(path.join(tmpdir(), 'tessera-space-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('tessera import', () => {
  it('refuses what cannot fit before it writes anything', async () => {
    writeFileSync(path.join(folder, 'items.jsonl'), '{"id":1,"title":"a"}\n');
    writeFileSync(path.join(folder, 'images.json'), '{"format":"image/png","index":{"1":[0,4]}}');
    writeFileSync(path.join(folder, 'images.bin'), '');
    // 8 TB that take no space: nothing of them is ever read.
    truncateSync(path.join(folder, 'images.bin'), 2 ** 43);
    const workspace = path.join(folder, 'workspace');
    const options = {
      workspace,
      isJson: true,
      out: '',
      name: '',
      role: '',
      core: null,
      minRating: null,
      acceptsBadRows: false,
    };
    const files = ['items.jsonl', 'images.json', 'images.bin'].map((name) => path.join(folder, name));
    await expect(importFiles(files, options)).rejects.toMatchObject({ name: 'QuotaError', code: 'storage/quota' });
    expect(await (await folderWorkspace(workspace)).domains()).toEqual([]);
    expect(existsSync(path.join(workspace, 'w/w1/t'))).toBe(false);
  });
});
