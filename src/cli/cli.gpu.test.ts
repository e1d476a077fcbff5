import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import preset from '../../models/t5/test.json';
import { uniformGenerator } from '../base/random';
import { readSafetensors } from '../formats/safetensors';
import { main } from './main';

const ITEMS = 48;
const folder = mkdtempSync(path.join(tmpdir(), 'tessera-cli-'));
const file = (name: string): string => path.join(folder, name);
const lines = (values: readonly object[]): Buffer =>
  gzipSync(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

/** Runs a command line; gives its status and the objects it printed. */
async function tessera(...argv: string[]): Promise<{ status: number; said: Record<string, unknown>[] }> {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    const status = await main([...argv, '--json']);
    const said = printed
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { status, said };
  } finally {
    spy.mockRestore();
  }
}

beforeAll(() => {
  const adjectives = ['red', 'blue', 'old', 'small', 'loud', 'quiet', 'round', 'steel'];
  const nouns = ['drum', 'flute', 'lamp', 'chair', 'kettle', 'rope'];
  const titles = adjectives.flatMap((adjective) => nouns.map((noun) => `${adjective} ${noun}`));
  const uniform = uniformGenerator(4);
  const users = Array.from({ length: 60 }, (_, user) => {
    const start = Math.floor(uniform() * ITEMS);
    return {
      user,
      items: Array.from({ length: 5 + Math.floor(uniform() * 4) }, (_unused, t) => (start + t * 5) % ITEMS),
    };
  });
  writeFileSync(file('items.jsonl.gz'), lines(titles.map((title, id) => ({ id, title }))));
  writeFileSync(file('sequences.jsonl.gz'), lines(users));
  const config = {
    ...preset,
    encoder: { ...preset.encoder, components: 8, maxPieces: 8 },
    tokenizer: { ...preset.tokenizer, hiddenWidths: [16], latentWidth: 8, codes: 8, epochs: 4, batchSize: 48 },
    recommender: { ...preset.recommender, epochs: 2, batchSize: 16, validateEvery: 1 },
  };
  writeFileSync(file('config.json'), JSON.stringify(config));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tensorsOf = (out: string, role: string): Map<string, Buffer> =>
  new Map(
    [...readSafetensors(readFileSync(path.join(file(out), `${role}.safetensors`))).tensors].map(([name, { bytes }]) => [
      name,
      Buffer.from(bytes),
    ]),
  );

describe('tessera', () => {
  it('trains, evaluates beside the five reference points, and recommends', async () => {
    const { status, said } = await tessera('train', file('config.json'), '--data', folder, '--out', file('whole'));
    expect(said.filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(status).toBe(0);
    const tests = said.filter(({ kind, split }) => kind !== 'metrics' && split === 'test');
    expect(new Set(tests.map(({ name }) => name))).toEqual(
      new Set(['TIGER', 'Most-popular', 'ItemKNN', 'ItemKNN, decay 0.8', 'Markov', 'Decayed transitions']),
    );
    const steps = said.filter(({ stage, total }) => stage === 'recommender' && typeof total === 'number');
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)?.done).toBe(steps.at(-1)?.total);
    const stored: unknown = JSON.parse(
      readFileSync(path.join(file('whole'), 'evaluations', 'test-tiger.json'), 'utf8'),
    );
    expect(stored).toMatchObject({ users: { length: 60 }, ranks: { length: 60 } });
    const found = await tessera(
      'recommend',
      '--data',
      folder,
      '--out',
      file('whole'),
      '--history',
      '3,8,13',
      '--count',
      '4',
    );
    expect(found.said.map(({ kind }) => kind)).toEqual(Array(4).fill('recommendation'));
    expect((await tessera('info', '--out', file('whole'))).said[0]).toMatchObject({
      kind: 'info',
      run: { dataName: path.basename(folder) },
    });
    const again = await tessera('evaluate', '--data', folder, '--out', file('whole'));
    const metricsOf = (list: Record<string, unknown>[]): unknown =>
      list.findLast(({ name, split }) => name === 'TIGER' && split === 'test')?.['metrics'];
    expect(metricsOf(again.said)).toEqual(metricsOf(said));
  });

  it('ends with the same bits when stopped at half and run again', async () => {
    const stopped = await tessera(
      'train',
      file('config.json'),
      '--data',
      folder,
      '--out',
      file('half'),
      '--steps',
      '9',
    );
    expect(stopped.said.at(-1)).toMatchObject({ kind: 'error', code: 'job/stopped' });
    expect((await tessera('train', file('config.json'), '--data', folder, '--out', file('half'))).status).toBe(0);
    for (const role of ['embeddings', 'tokenizer', 'recommender', 'best'])
      expect(tensorsOf('half', role)).toEqual(tensorsOf('whole', role));
  });

  it('exports a run for other tools, and makes the same run of the model folder', async () => {
    const exported = async (target: string, out: string, ...more: string[]): Promise<unknown> =>
      (await tessera('export', '--to', target, '--out', file(out), file('whole'), ...more)).said;
    const withIds = ['--data', folder];
    expect(await exported('hf', 'hf', ...withIds)).toMatchObject([
      { kind: 'exported', files: ['config.json', 'generation_config.json', 'model.safetensors', 'tessera.json'] },
    ]);
    expect(await exported('onnx', 'onnx')).toMatchObject([
      {
        files: expect.arrayContaining(['encoder_model.onnx', 'decoder_with_past_model.onnx', 'tessera.json']),
      },
    ]);
    expect(await exported('sem_ids', 'ids', ...withIds)).toMatchObject([{ files: ['test.sem_ids'] }]);
    expect(await exported('sequences', 'seqs', ...withIds)).toMatchObject([{ kind: 'exported' }]);
    expect(await exported('embeddings', 'vectors')).toMatchObject([{ files: ['embeddings.safetensors'] }]);
    expect(await exported('metrics', 'tables')).toMatchObject([{ kind: 'exported' }]);
    const codes: unknown = JSON.parse(readFileSync(path.join(file('ids'), 'test.sem_ids'), 'utf8'));
    expect(Object.keys(codes ?? {})).toHaveLength(ITEMS);
    const vectors = readSafetensors(readFileSync(path.join(file('vectors'), 'embeddings.safetensors')));
    expect(vectors.tensors.get('embeddings')?.shape).toEqual([ITEMS, 8]);
    expect(readFileSync(path.join(file('tables'), 'evaluations.csv'), 'utf8').split('\n')).toHaveLength(1 + 7 + 1);

    const { said } = await tessera('import-model', file('hf'), '--out', file('back'), ...withIds);
    expect(said).toMatchObject([{ kind: 'imported' }]);
    const recommended = (out: string) =>
      tessera('recommend', '--data', folder, '--out', file(out), '--history', '3,8,13', '--count', '10');
    const [before, after] = [await recommended('whole'), await recommended('back')];
    expect(before.said).toHaveLength(10);
    expect(after.said).toEqual(before.said);
    // A second import would overwrite a run.
    const again = await tessera('import-model', file('hf'), '--out', file('back'));
    expect(again.said).toMatchObject([{ kind: 'error', code: 'cli/out-taken' }]);
  });

  it('packs a run into one file and unpacks it to the same files', async () => {
    const archive = file('whole.tessera');
    expect((await tessera('export', '--to', 'tessera', '--out', archive, file('whole'))).status).toBe(0);
    const { said } = await tessera('import-run', archive, '--out', file('unpacked'));
    expect(said).toMatchObject([{ kind: 'imported' }]);
    const files = said.flatMap((line) => line['files'] as string[]);
    expect(files).toEqual(expect.arrayContaining(['run.json', 'best.safetensors', 'evaluations/test-tiger.json']));
    for (const name of files)
      expect(readFileSync(path.join(file('unpacked'), name))).toEqual(readFileSync(path.join(file('whole'), name)));
    await tessera('export', '--to', 'tessera', '--anonymous', '--out', archive, file('whole'));
    await tessera('import-run', archive, '--out', file('anonymous'));
    const found = await tessera('recommend', '--data', folder, '--out', file('anonymous'), '--history', '3,8,13');
    expect(found.status).toBe(0);
    expect(readFileSync(path.join(file('anonymous'), 'run.json'), 'utf8')).not.toContain(path.basename(folder));
    writeFileSync(archive, readFileSync(archive).subarray(0, -30));
    const cut = await tessera('import-run', archive, '--out', file('cut'));
    expect(cut.said).toMatchObject([{ kind: 'error', code: 'archive/format' }]);
    expect(() => readFileSync(path.join(file('cut'), 'run.json'))).toThrow();
  });

  it.each([
    [['import-run', 'nowhere.tessera', '--out', 'y'], 'cli/no-archive'],
    [['export', '--to', 'hf'], 'cli/no-run'],
    [['export', '--to', 'pdf', '--out', 'y', 'x'], 'cli/target'],
    [['import-model', 'nowhere', '--out', 'y'], 'cli/no-model'],
    [['train'], 'cli/config'],
    [['train', 'no-such.json', '--data', 'x', '--out', 'y'], 'cli/config'],
    [['dance'], 'cli/command'],
    [['recommend', '--out', 'nowhere', '--data', 'x'], 'cli/no-run'],
    [['evaluate', '--beam', '99'], 'cli/number'],
  ])('refuses %j with %s', async (argv, code) => {
    const { status, said } = await tessera(...argv);
    expect(status).toBe(1);
    expect(said.at(-1)).toMatchObject({ kind: 'error', code });
  });

  it('refuses broken input by name and writes no run', async () => {
    const bad = mkdtempSync(path.join(tmpdir(), 'tessera-bad-'));
    writeFileSync(
      path.join(bad, 'items.jsonl.gz'),
      lines([
        { id: 0, title: 'one' },
        { id: 1, title: 'two' },
      ]),
    );
    writeFileSync(path.join(bad, 'sequences.jsonl.gz'), lines([{ user: 1, items: [0, 1, 7] }]));
    const { status, said } = await tessera('train', file('config.json'), '--data', bad, '--out', path.join(bad, 'out'));
    expect(status).toBe(1);
    expect(String(said.at(-1)?.['message'])).toMatch(/sequences\.jsonl\.gz.*line 1/);
    expect(() => readFileSync(path.join(bad, 'out', 'run.json'))).toThrow();
    rmSync(bad, { recursive: true, force: true });
  });

  it('names an unknown item of a history', async () => {
    const { said } = await tessera('recommend', '--data', folder, '--out', file('whole'), '--history', '3,999');
    expect(said.at(-1)).toMatchObject({ kind: 'error', code: 'cli/item', message: expect.stringContaining('"999"') });
  });
});
