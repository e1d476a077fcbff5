import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import preset from '../../models/mtgrec/test.json';
import { readSafetensors } from '../formats/safetensors';
import { tessera, writeWalks } from './commandLine.fixture';

const folder = mkdtempSync(path.join(tmpdir(), 'tessera-mtgrec-'));
const file = (name: string): string => path.join(folder, name);
const data = ['--data', folder];
/** Metrics on the test split by name. */
const testsOf = (said: readonly Record<string, unknown>[]): Map<unknown, unknown> =>
  new Map(said.filter(({ split }) => split === 'test').map(({ name, metrics }) => [name, metrics]));
const tensorsOf = (out: string, role: string): Map<string, string> =>
  new Map(
    [...readSafetensors(readFileSync(file(`${out}/${role}.safetensors`))).tensors].map(([name, { bytes }]) => [
      name,
      Buffer.from(bytes).toString('base64'),
    ]),
  );
const recommended = async (out: string): Promise<unknown[]> => {
  const { said } = await tessera('recommend', ...data, '--out', file(out), '--history', '3,8,13', '--count', '4');
  return said;
};

beforeAll(() => {
  writeWalks(folder);
  const config = {
    ...preset,
    encoder: { ...preset.encoder, components: 8, maxPieces: 8 },
    tokenizer: { ...preset.tokenizer, hiddenWidths: [16], latentWidth: 8, codes: 8, epochs: 8, batchSize: 48 },
    recommender: { ...preset.recommender, epochs: 3, batchSize: 16 },
    multiIdentifier: { ...preset.multiIdentifier, hasBaseline: true },
  };
  writeFileSync(file('config.json'), JSON.stringify(config));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('tessera with an MTGRec preset', () => {
  it('trains in pieces like in one, beside TIGER with the same budget; evaluates and recommends', async () => {
    // Within pre-training, and within fine-tuning.
    for (const steps of ['13', '35']) {
      const piece = await tessera('train', file('config.json'), ...data, '--out', file('pieces'), '--steps', steps);
      expect(piece.said.at(-1)).toMatchObject({ kind: 'error', code: 'job/stopped' });
    }
    const pieces = await tessera('train', file('config.json'), ...data, '--out', file('pieces'));
    const whole = await tessera('train', file('config.json'), ...data, '--out', file('whole'));
    expect([pieces.status, whole.status]).toEqual([0, 0]);
    expect(testsOf(pieces.said)).toEqual(testsOf(whole.said));
    expect([...testsOf(whole.said).keys()]).toEqual(expect.arrayContaining(['MTGRec', 'TIGER, same budget', 'Markov']));
    for (const role of ['tokenizer', 'best', 'baselineBest'])
      expect(tensorsOf('pieces', role)).toEqual(tensorsOf('whole', role));
    expect(whole.said.filter(({ kind }) => kind === 'drift')).toHaveLength(3);
    expect(whole.said.filter(({ kind }) => kind === 'curriculum')).toMatchObject([
      { epoch: 1, stage: 1, probabilities: { length: 3 } },
      { epoch: 2, stage: 2, influence: { length: 3 } },
    ]);
    const again = await tessera('evaluate', ...data, '--out', file('whole'));
    expect(testsOf(again.said).get('MTGRec')).toEqual(testsOf(whole.said).get('MTGRec'));
    const top = await recommended('whole');
    expect(top).toHaveLength(4);
    expect(await recommended('pieces')).toEqual(top);
  });

  it('writes .sem_ids of every kept epoch, and trains the same recommender on them', async () => {
    await tessera('export', '--to', 'sem_ids', '--out', file('ids'), ...data, file('whole'));
    expect(readdirSync(file('ids')).sort()).toEqual(['test_4.sem_ids', 'test_6.sem_ids', 'test_8.sem_ids']);
    const imported = ['--out', file('imported'), '--identifiers', file('ids')];
    const { status, said } = await tessera('train', file('config.json'), ...data, ...imported);
    expect(status).toBe(0);
    expect(said.some(({ stage }) => stage === 'tokenizer')).toBe(false);
    expect(tensorsOf('imported', 'best')).toEqual(tensorsOf('whole', 'best'));
    rmSync(file('ids/test_6.sem_ids'));
    const missing = await tessera(
      'train',
      file('config.json'),
      ...data,
      '--out',
      file('x'),
      '--identifiers',
      file('ids'),
    );
    expect(missing.said.at(-1)).toMatchObject({ kind: 'error', code: 'identifiers/count' });
    const nowhere = await tessera(
      'train',
      file('config.json'),
      ...data,
      '--out',
      file('x'),
      '--identifiers',
      'nowhere',
    );
    expect(nowhere.said.at(-1)).toMatchObject({ kind: 'error', code: 'cli/identifiers' });
  });

  it('exports the chosen model with its one identifier, and takes it back', async () => {
    const { said } = await tessera('export', '--to', 'hf', '--out', file('hf'), ...data, file('whole'));
    expect(said).toMatchObject([{ kind: 'exported' }]);
    const back = await tessera('import-model', file('hf'), '--out', file('back'), ...data);
    expect(back.said).toMatchObject([{ kind: 'imported' }]);
    expect(await recommended('back')).toEqual(await recommended('whole'));
  });

  it('repeats a run with another seed', async () => {
    const seeded = await tessera(
      'train',
      file('config.json'),
      ...data,
      '--out',
      file('seed'),
      '--seed',
      '7',
      '--steps',
      '1',
    );
    expect(seeded.said.at(-1)).toMatchObject({ kind: 'error', code: 'job/stopped' });
    expect((await tessera('info', '--out', file('seed'))).said[0]).toMatchObject({ run: { config: { seed: 7 } } });
    expect(tensorsOf('seed', 'tokenizer')).not.toEqual(tensorsOf('whole', 'tokenizer'));
    const other = await tessera('train', file('config.json'), ...data, '--out', file('seed'));
    expect(other.said.at(-1)).toMatchObject({ kind: 'error', code: 'checkpoint/config' });
  });
});
