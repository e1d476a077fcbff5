import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import preset from '../../models/t5/transfer.json';
import { uniformGenerator } from '../base/random';
import { readSafetensors } from '../formats/safetensors';
import { main } from './main';

const DOMAINS = ['sea', 'land', 'air'];
const ITEMS = 20;
const folder = mkdtempSync(path.join(tmpdir(), 'tessera-transfer-'));
const file = (name: string): string => path.join(folder, name);
const lines = (values: readonly object[]): Buffer =>
  gzipSync(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

/** Runs a command line with `--json`: its status and the objects it printed. */
async function tessera(...argv: string[]): Promise<{ status: number; said: Record<string, unknown>[] }> {
  const pieces: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    pieces.push(String(text));
    return true;
  });
  try {
    const status = await main([...argv, '--json']);
    const said = pieces.join('').split('\n').filter(Boolean);
    return { status, said: said.map((line) => JSON.parse(line) as Record<string, unknown>) };
  } finally {
    spy.mockRestore();
  }
}

type Config = typeof preset;
function writeConfig(name: string, change: { transfer?: Partial<Config['transfer']> } = {}): string {
  const { encoder, tokenizer, recommender, transfer } = preset;
  const config = {
    ...preset,
    encoder: { ...encoder, components: 8 },
    tokenizer: { ...tokenizer, codes: 8, hiddenWidths: [16], latentWidth: 8, epochs: 5, batchSize: 64 },
    recommender: { ...recommender, epochs: 2, batchSize: 64, warmupSteps: 2, testBeamWidth: 10 },
    transfer: {
      ...transfer,
      pretraining: ['sea', 'land'],
      downstream: 'air',
      ...change.transfer,
      training: { ...transfer.training, epochs: 2, warmupSteps: 0, validateEvery: 1 },
    },
  };
  writeFileSync(file(name), JSON.stringify(config));
  return file(name);
}

const parametersOf = (run: string, role: string): Map<string, string> => {
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(file(`${run}/${role}.safetensors`))), role);
  const own = [...tensors].filter(([name]) => name.startsWith('parameters/'));
  return new Map(own.map(([name, { bytes }]) => [name.slice('parameters/'.length), bytes.join()]));
};

beforeAll(() => {
  const uniform = uniformGenerator(4);
  const items = DOMAINS.flatMap((domain, at) =>
    Array.from({ length: ITEMS }, (_, i) => ({ id: at * ITEMS + i, title: `${domain} thing ${i}`, domain })),
  );
  const users = Array.from({ length: 150 }, (_, user) => {
    const start = Math.floor(uniform() * ITEMS);
    const first = (user % 3) * ITEMS;
    return { user, items: Array.from({ length: 6 }, (_unused, t) => first + ((start + t) % ITEMS)) };
  });
  writeFileSync(file('items.jsonl.gz'), lines(items));
  writeFileSync(file('sequences.jsonl.gz'), lines(users));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('tessera with a transfer run', () => {
  const run = (config: string, out: string, ...more: string[]) =>
    tessera('train', config, '--data', folder, '--out', file(out), ...more);
  const testOf = (said: readonly Record<string, unknown>[]) =>
    said
      .filter(({ split, name }) => split === 'test' && name === 'TIGER')
      .map(({ metrics, users }) => ({ metrics, users }));

  it('pre-trains and fine-tunes in pieces as in one, and measures the downstream domain', async () => {
    const config = writeConfig('all.json');
    const inPretraining = await run(config, 'pieces', '--steps', '3');
    expect(inPretraining.said.at(-1)).toMatchObject({ kind: 'error', code: 'job/stopped' });
    const pretrainingSteps = 2 * Math.ceil((100 * 3) / 64);
    const inFineTuning = await run(config, 'pieces', '--steps', String(pretrainingSteps + 3));
    expect(inFineTuning.said.at(-1)).toMatchObject({ kind: 'error', code: 'job/stopped' });
    const rest = await run(config, 'pieces');
    const whole = await run(config, 'whole');
    expect([rest.status, whole.status]).toEqual([0, 0]);
    expect(testOf(rest.said)).toEqual(testOf(whole.said));
    expect(testOf(whole.said)[0]).toMatchObject({ users: 50 });
    expect([...parametersOf('pieces', 'recommender')]).toEqual([...parametersOf('whole', 'recommender')]);
    const again = await tessera('evaluate', '--data', folder, '--out', file('whole'));
    expect(testOf(again.said)).toEqual(testOf(whole.said));
    const top = await tessera(
      'recommend',
      '--history',
      '41,42',
      '--count',
      '5',
      '--data',
      folder,
      '--out',
      file('whole'),
    );
    const ids = top.said.filter(({ kind }) => kind === 'recommendation').map(({ id }) => Number(id));
    expect(ids).toHaveLength(5);
    expect(ids.every((id) => id >= 2 * ITEMS)).toBe(true);
  });

  it('starts from what the configuration copies, and without any of it pre-trains nothing', async () => {
    const starts = new Map<string, Map<string, string>>();
    for (const copies of ['all', 'encoder', 'embedding', 'none']) {
      const config = writeConfig(`${copies}.json`, { transfer: { copies } });
      // Stopped before the first downstream step: the newest state is the start.
      const steps = copies === 'none' ? 0 : 10;
      await run(config, `start-${copies}`, '--steps', String(Math.max(1, steps)));
      starts.set(copies, parametersOf(`start-${copies}`, 'recommender'));
    }
    const pretrained = parametersOf('start-all/pretraining', 'recommender');
    const isTaken = (copies: string, name: string): boolean => starts.get(copies)?.get(name) === pretrained.get(name);
    const names = [...pretrained.keys()];
    expect(names.filter((name) => isTaken('all', name))).toEqual(names);
    expect(names.filter((name) => isTaken('embedding', name))).toEqual(['shared.weight']);
    const fromEncoder = names.filter((name) => isTaken('encoder', name));
    expect(fromEncoder.every((name) => name === 'shared.weight' || name.startsWith('encoder.'))).toBe(true);
    expect(fromEncoder.length).toBeGreaterThan(8);
    expect(names.filter((name) => isTaken('none', name))).toEqual([]);
    expect(() => parametersOf('start-none/pretraining', 'recommender')).toThrow(/ENOENT/);
  });

  it.each([
    ['a domain that there is not', { downstream: 'fire' }, 'data/domain'],
    ['testing where it was pre-trained', { downstream: 'sea' }, 'config/field'],
    ['copies across tokenizers', { tokenizer: 'downstream' }, 'config/field'],
    ['an unknown part to copy', { copies: 'decoder' }, 'config/field'],
  ])('refuses %s', async (_what, transfer, code) => {
    const { status, said } = await run(writeConfig('bad.json', { transfer }), 'bad');
    expect(status).toBe(1);
    expect(said.at(-1)).toMatchObject({ kind: 'error', code });
  });
});
