import { describe, expect, it } from 'vitest';
import type { Dataset } from '../data/dataset';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { writeCheckpoint } from '../train/checkpoint';
import { RUN_FILE, runText } from '../train/portableRun';
import { writeRunArchive } from '../train/runArchive';
import { type RunFolder, writeRunFolder } from '../train/runFolder';
import type { UtgrecConfig } from '../train/utgrecConfig';
import { shop, tinyUtgrec } from '../train/utgrecRun.fixture';
import { tokenizerParts } from '../train/utgrecTokenizerFile';
import { restoredRun } from './restoredRuns';
import { RunDesk } from './runDesk';
import { readRunFiles, requireSameData } from './runFiles';
import { RunRegistry } from './runRegistry';
import type { ShippedRuns } from './shippedRuns';
import { recommenderDataset, tokenizerPlace } from './utgrecRuns';

const { dataset } = shop();
const LEVELS = 3;

function tokenizerFile(of: Dataset, items = of.itemCount, first = 0): Uint8Array {
  const state = { epoch: 3, parameters: new Map(), moment1: new Map(), moment2: new Map() };
  const { arrays, numbers } = tokenizerParts(
    state,
    { vocabulary: { pieces: Uint32Array.of(0, 0, 4) }, vae: null },
    {
      codes: Uint16Array.from({ length: items * LEVELS }, (_, at) => (at + first) % 6),
      resolutions: new Uint16Array(items),
      vectors: null,
      quality: {
        conflictRateBefore: 0.25,
        conflictRateAfter: 0,
        resolved: { nearest: items, rank: 0, random: 0, duplicate: 0 },
        textTopOne: 0.5,
        textUnigram: 0.25,
        brokenPictures: 0,
        sharedFirstCode: 0.5,
        sharedByChance: 0.125,
        domains: of.items.domainNames.map((name) => ({
          name,
          items: 20,
          textTopOne: 0.5,
          textUnigram: 0.25,
          textLoss: 1,
          imageLoss: 2,
        })),
      },
    },
  );
  return writeCheckpoint({ kind: 'tokenizer', config: '{}', dataHash: of.contentHash, adapter: 'a' }, arrays, numbers);
}

const part = (of: Dataset, step: number): RunFolder => ({
  checkpoints: new Map([['tokenizer', tokenizerFile(of, of.itemCount, step)]]),
  rows: [{ run: 'tokenizer', step, epoch: 1, seconds: 0.5, values: { loss: 2.5 } }],
  evaluations: [],
  snapshots: [{ step, levels: LEVELS, codes: new Uint16Array(of.itemCount * LEVELS) }],
});

function runFiles(config: UtgrecConfig, change: Partial<RunFolder> = {}): Map<string, Uint8Array> {
  const pretraining = config.transfer ? { pretraining: part(tokenizerPlace(config, dataset).dataset, 4) } : {};
  const files = writeRunFolder({ ...part(recommenderDataset(config, dataset), 7), ...pretraining, ...change });
  const data = { name: dataset.name, hash: dataset.contentHash };
  return files.set(RUN_FILE, new TextEncoder().encode(runText({ config, data })));
}

const archiveOf = async (files: ReadonlyMap<string, Uint8Array>): Promise<File> =>
  new File([await writeRunArchive(files)], 'mine.tessera');

/** A desk without runs. */
async function desk(): Promise<RunDesk> {
  const host = { nowMs: () => 5, busyRuns: async () => new Set<string>() };
  const shipped = { list: async () => [] } as unknown as ShippedRuns;
  return new RunDesk(await RunRegistry.open(createMemoryRunStore(), host), shipped);
}

describe('a run of UTGRec as one file', () => {
  it.each([
    ['with transfer', tinyUtgrec()],
    ['without transfer', tinyUtgrec({ transfer: null })],
  ])('is opened with all its parts and saved again byte for byte: %s', async (_, config) => {
    const archive = await archiveOf(runFiles(config));
    const run = await readRunFiles([archive]);
    requireSameData(run, dataset);
    const runs = await desk();
    const id = await runs.add(run, [archive]);
    const saved = await runs.save(id, false);
    expect(saved.name).toBe('mine.tessera');
    expect(Buffer.from(await saved.file.arrayBuffer()).equals(Buffer.from(await archive.arrayBuffer()))).toBe(true);
    // The page finds the downstream tokenizer, and the curves of both phases.
    const restored = await restoredRun(runs.registry.view(id), config, dataset);
    expect(restored.tokenizer.isDone).toBe(true);
    expect(restored.tokenizer.quality?.domains).toHaveLength(config.transfer ? 1 : 3);
    expect(restored.tokenizer.rows.map(({ step }) => step)).toEqual(config.transfer ? [4, 7] : [7]);
    await runs.registry.remove(id);
    await runs.registry.clear();
    expect(await runs.registry.store.listRuns()).toEqual([]);
  });

  it('goes on with the curves of pre-training where an older version counted from 0 again', async () => {
    const config = tinyUtgrec();
    const runs = await desk();
    const old = await readRunFiles([await archiveOf(runFiles(config, part(recommenderDataset(config, dataset), 3)))]);
    const restored = await restoredRun(runs.registry.view(await runs.add(old, [])), config, dataset);
    expect(restored.tokenizer.rows.map(({ step }) => step)).toEqual([4, 4 + 3]);
  });

  it('opens from the files of its folder; without those of pre-training it knows the domain alone', async () => {
    const config = tinyUtgrec();
    const flat = [...runFiles(config)].filter(([name]) => !name.startsWith('pretraining/'));
    const run = await readRunFiles(
      flat.map(([name, bytes]) => new File([bytes.slice()], name.slice(name.lastIndexOf('/') + 1))),
    );
    requireSameData(run, dataset);
    expect(run.pretraining).toBeUndefined();
    const runs = await desk();
    const restored = await restoredRun(runs.registry.view(await runs.add(run, [])), config, dataset);
    expect(restored.items).not.toBeNull();
    expect(restored.dataset.itemCount).toBe(20);
  });

  it('is refused by name where a part is of other items', async () => {
    const config = tinyUtgrec();
    const own = recommenderDataset(config, dataset);
    const upstream = tokenizerPlace(config, dataset).dataset;
    const refusal = async (change: Partial<RunFolder>): Promise<string> => {
      const run = await readRunFiles([await archiveOf(runFiles(config, change))]);
      try {
        requireSameData(run, dataset);
      } catch (error) {
        return error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : String(error);
      }
      return 'accepted';
    };
    expect(await refusal({})).toBe('accepted');
    const tokenizer = (file: Uint8Array) => ({ checkpoints: new Map([['tokenizer' as const, file]]) });
    expect(await refusal(tokenizer(tokenizerFile(upstream)))).toMatch(/^checkpoint\/data /);
    expect(await refusal(tokenizer(tokenizerFile(own, 19)))).toMatch(/^run\/tokenizer .*3 codes for each of 20 items/);
    expect(await refusal({ snapshots: part(upstream, 7).snapshots })).toMatch(/^run\/snapshot .*step 7 wants 20 items/);
    expect(await refusal({ pretraining: part(own, 4) })).toMatch(/^checkpoint\/data /);
  });
});

describe('a run of UTGRec that learns on no other domain first (ablation 7)', () => {
  it('has its tokenizer on the downstream domain, in its own part', () => {
    const place = tokenizerPlace(tinyUtgrec({ transfer: { pretraining: [] } }), dataset);
    expect([place.run, place.dataset.itemCount]).toEqual(['current', 20]);
  });
});
