/** Command lines for tests, and a small data set of walks through a catalogue. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { vi } from 'vitest';
import { uniformGenerator } from '../base/random';
import { main } from './main';

/** Runs a command line; gives its status and the objects it printed. */
export async function tessera(...argv: string[]): Promise<{ status: number; said: Record<string, unknown>[] }> {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    const status = await main([...argv, '--json']);
    const said = printed.join('').split('\n').filter(Boolean);
    return { status, said: said.map((line) => JSON.parse(line) as Record<string, unknown>) };
  } finally {
    spy.mockRestore();
  }
}

export const jsonLinesGz = (values: readonly object[]): Buffer =>
  gzipSync(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

/** Writes 48 items and the walks of 60 users, five items a step. */
export function writeWalks(folder: string): void {
  const adjectives = ['red', 'blue', 'old', 'small', 'loud', 'quiet', 'round', 'steel'];
  const nouns = ['drum', 'flute', 'lamp', 'chair', 'kettle', 'rope'];
  const titles = adjectives.flatMap((adjective) => nouns.map((noun) => `${adjective} ${noun}`));
  const uniform = uniformGenerator(4);
  const users = Array.from({ length: 60 }, (_, user) => {
    const start = Math.floor(uniform() * titles.length);
    const length = 5 + Math.floor(uniform() * 4);
    return { user, items: Array.from({ length }, (_unused, t) => (start + t * 5) % titles.length) };
  });
  writeFileSync(path.join(folder, 'items.jsonl.gz'), jsonLinesGz(titles.map((title, id) => ({ id, title }))));
  writeFileSync(path.join(folder, 'sequences.jsonl.gz'), jsonLinesGz(users));
}
