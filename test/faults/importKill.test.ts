/** `tessera import` killed in the middle, as often as one likes: the same command goes on and ends with the same domain. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const TESSERA = fileURLToPath(new URL('../../bin/tessera.mjs', import.meta.url));
const USERS = 8000;
const EVENTS = 70;
const folder = mkdtempSync(path.join(tmpdir(), 'tessera-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A table of 560,000 events: 11 MB of columns, three batches. */
function writeTable(file: string): void {
  const lines = ['user_id,item_id,timestamp,rating'];
  for (let event = 0; event < EVENTS; event++)
    for (let user = 0; user < USERS; user++)
      lines.push(`user-${user},item-${(user * 31 + event * 97) % 3000},${1_500_000_000 + event * 86_400},${event % 5}`);
  writeFileSync(file, lines.join('\n'));
}

const importInto = (workspace: string): ChildProcess =>
  spawn(process.execPath, [TESSERA, 'import', path.join(folder, 'events.csv'), '--workspace', workspace, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** What it printed last, once it is done; null if it was killed. */
async function outcome(child: ChildProcess): Promise<Record<string, unknown> | null> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  return status === 0 ? (JSON.parse(text.trim().split('\n').at(-1) ?? '') as Record<string, unknown>) : null;
}

/** Batches that the journal of the only domain counts; -1 before there is one or after it is gone. */
function committed(workspace: string): number {
  const [journals = ''] = [path.join(workspace, 'w/w1/j')].filter((name) => existsSync(name));
  const [name] = journals === '' ? [] : readdirSync(journals).filter((file) => file.endsWith('.json'));
  if (name === undefined) return -1;
  return (JSON.parse(readFileSync(path.join(journals, name), 'utf8')) as { batches: number }).batches;
}

it('goes on where it was killed and gives the domain of an undisturbed import', async () => {
  writeTable(path.join(folder, 'events.csv'));
  const whole = await outcome(importInto(path.join(folder, 'whole')));
  expect(whole).toMatchObject({ users: USERS, items: 3000, interactions: USERS * EVENTS });

  const workspace = path.join(folder, 'killed');
  const killedAt: number[] = [];
  for (let batches = 1; batches <= 2; batches++) {
    const child = importInto(workspace);
    const ended = outcome(child);
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    // The moment that the next batch counts; the one after it is under way.
    while (!isOver && committed(workspace) < batches) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill('SIGKILL');
    if ((await ended) !== null) break;
    killedAt.push(committed(workspace));
  }
  expect(killedAt.length).toBeGreaterThanOrEqual(2);
  expect(killedAt).toEqual([...killedAt].sort((a, b) => a - b));

  const resumed = await outcome(importInto(workspace));
  expect(resumed).toMatchObject({ hash: whole?.['hash'], sizes: whole?.['sizes'], id: whole?.['id'] });
}, 120_000);
