import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import gru4rec from '../../models/gru4rec/test.json';
import sasrec from '../../models/sasrec/test.json';
import { uniformGenerator } from '../base/random';
import { readSafetensors } from '../formats/safetensors';
import { main } from './main';

const ITEMS = 45;
const folder = mkdtempSync(path.join(tmpdir(), 'tessera-anchors-'));
const file = (name: string): string => path.join(folder, name);
const lines = (values: readonly object[]): Buffer =>
  gzipSync(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

/** Runs a command line; gives its status and what it printed. */
async function printed(...argv: string[]): Promise<{ status: number; text: string }> {
  const pieces: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    pieces.push(String(text));
    return true;
  });
  try {
    return { status: await main(argv), text: pieces.join('') };
  } finally {
    spy.mockRestore();
  }
}

/** The same with `--json`: the objects it printed. */
async function tessera(...argv: string[]): Promise<{ status: number; said: Record<string, unknown>[] }> {
  const { status, text } = await printed(...argv, '--json');
  const said = text.split('\n').filter(Boolean);
  return { status, said: said.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

beforeAll(() => {
  const uniform = uniformGenerator(4);
  const users = Array.from({ length: 90 }, (_, user) => {
    const start = Math.floor(uniform() * ITEMS);
    const length = 5 + Math.floor(uniform() * 5);
    return { user, items: Array.from({ length }, (_unused, t) => (start + t) % ITEMS) };
  });
  writeFileSync(file('items.jsonl.gz'), lines(Array.from({ length: ITEMS }, (_, id) => ({ id, title: `item ${id}` }))));
  writeFileSync(file('sequences.jsonl.gz'), lines(users));
  for (const preset of [sasrec, gru4rec]) {
    const recommender = { ...preset.recommender, epochs: 30, targetsPerBatch: 64, learningRate: 0.01 };
    writeFileSync(file(`${preset.system}.json`), JSON.stringify({ ...preset, recommender }));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['sasrec', 'gru4rec'])('tessera with %s', (system) => {
  const data = ['--data', folder, '--out', file(`run-${system}`)];

  it('trains in two pieces, and measures the same as in one', async () => {
    const pieces = await tessera('train', file(`${system}.json`), ...data, '--steps', '20');
    expect(pieces.status).toBe(1);
    expect(pieces.said.at(-1)).toMatchObject({ kind: 'error', code: 'job/stopped' });
    const rest = await tessera('train', file(`${system}.json`), ...data);
    expect(rest.status).toBe(0);
    const whole = await tessera('train', file(`${system}.json`), '--data', folder, '--out', file(`whole-${system}`));
    const tests = (said: readonly Record<string, unknown>[]) =>
      said.filter(({ split }) => split === 'test').map(({ name, metrics }) => ({ name, metrics }));
    expect(tests(rest.said)).toEqual(tests(whole.said));
    expect(tests(rest.said)).toHaveLength(12);
    const tensors = (run: string) => [
      ...readSafetensors(new Uint8Array(readFileSync(file(`${run}-${system}/best.safetensors`))), run).tensors,
    ];
    expect(tensors('run')).toEqual(tensors('whole'));
    expect(tests(rest.said)[0]).toMatchObject({ metrics: { recall10: expect.closeTo(1, 0) } });
  });

  it('recommends the next item of a walk, measures again, and refuses an unknown item', async () => {
    const { said, status } = await tessera('recommend', '--history', '7,8,9', '--count', '3', ...data);
    expect(status).toBe(0);
    expect(said.filter(({ kind }) => kind === 'recommendation').map(({ id }) => id)).toContain('10');
    const numbers = async (format: string) => {
      const { text, status: done } = await printed('evaluate', ...data, '--format', format, '--cutoffs', '10');
      expect(done).toBe(0);
      expect(text).toContain('items of the history stay candidates');
      return text
        .split('\n')
        .filter((line) => /^(SASRec|GRU4Rec|\| (SASRec|GRU4Rec))/.test(line))
        .join()
        .match(/\d\.\d{4}/g);
    };
    const inCsv = await numbers('csv');
    // Recall, NDCG, MRR, coverage, popularity bias.
    expect(inCsv?.length).toBe(5);
    expect(await numbers('latex')).toEqual(inCsv);
    expect(await numbers('markdown')).toEqual(inCsv);
    const unknown = await tessera('recommend', '--history', '7,nothing', ...data);
    expect(unknown.said.at(-1)).toMatchObject({ kind: 'error', code: 'cli/item' });
  });

  it('refuses a field that the system does not have, by name', async () => {
    const config = JSON.parse(readFileSync(file(`${system}.json`), 'utf8')) as { recommender: object };
    writeFileSync(file('bad.json'), JSON.stringify({ ...config, recommender: { ...config.recommender, beams: 3 } }));
    const { said, status } = await tessera('train', file('bad.json'), '--data', folder, '--out', file('bad'));
    expect(status).toBe(1);
    expect(said.at(-1)).toMatchObject({ code: 'config/field' });
    expect(String(said.at(-1)?.['message'])).toContain('recommender.beams');
  });
});
