import { beforeAll, describe, expect, it } from 'vitest';
import { TINY_IDS, tinyRun } from '../../test/fixtures/tinyRun';
import { goldenTensor, loadGolden } from '../../test/goldens';
import { TesseraError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { writeOnnx } from '../recommenders/t5/onnxGraph';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { isResidual } from '../train/anyConfig';
import { type PortableRun, writeModelFolder } from '../train/modelFolder';
import { runFilesOf } from '../train/portableRun';
import { writeRunArchive } from '../train/runArchive';
import { writeRunFolder } from '../train/runFolder';
import { wasmDemo } from './demoModel';
import { readRunFiles, requireSameData } from './runFiles';
import { keepRun, runAsFile } from './runTransfer';
import { storeSink } from './storeSink';
import { CURRENT_RUN } from './workspace';

const REPORT = {
  name: 'TIGER',
  kind: 'model' as const,
  split: 'test' as const,
  users: 2,
  metrics: { recall5: 0.5, ndcg5: 0.25, recall10: 0.5, ndcg10: 0.25 },
  protocol: 'All users.',
  pAgainstPopular: 0.5,
  details: {
    system: 'TIGER',
    protocol: {
      data: 'tiny',
      split: 'test' as const,
      users: 2,
      items: 30,
      ranking: { kind: 'beam' as const, width: 20, isConstrained: true },
      seenItems: 'kept' as const,
    },
    groups: [
      { name: '[0, 20)', users: 2, recall10: 0.5, ndcg10: 0.25 },
      { name: 'cold', users: 0, recall10: Number.NaN, ndcg10: Number.NaN },
    ],
    lists: [{ cutoff: 10, coverage: 0.5, popularityBias: 1.25 }],
  },
};

let run: PortableRun;
let files: Map<string, Uint8Array>;
beforeAll(async () => {
  run = await tinyRun();
  files = runFilesOf(run);
  const parts = writeRunFolder({
    checkpoints: new Map(),
    rows: [{ run: 'recommender', step: 4, epoch: 1, seconds: 0.5, values: { loss: 2.5 } }],
    evaluations: [{ report: REPORT, users: Uint32Array.of(0, 1), ranks: Uint32Array.of(3, 0xffff_ffff) }],
    snapshots: [{ step: 12, levels: 2, codes: Uint16Array.of(1, 2, 3, 4) }],
  });
  for (const [name, bytes] of parts) files.set(name, bytes);
});

const asFiles = (of: ReadonlyMap<string, Uint8Array>): File[] =>
  [...of].map(([name, bytes]) => new File([bytes.slice()], name.slice(name.lastIndexOf('/') + 1)));
const asArchive = async (of: ReadonlyMap<string, Uint8Array>): Promise<File> =>
  new File([await writeRunArchive(of)], 'x.tessera');
// The parts of a data set that a run is compared with.
const dataset = (hash = run.data.hash, ids: readonly string[] = TINY_IDS): Dataset =>
  ({ name: run.data.name, contentHash: hash, items: { ids } }) as unknown as Dataset;

async function refusal(picked: readonly File[]): Promise<string> {
  try {
    await readRunFiles(picked);
  } catch (error) {
    if (error instanceof TesseraError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('a run in the page', () => {
  it('is saved as the file that it was opened from, byte for byte', async () => {
    const archive = await asArchive(files);
    const store = createMemoryRunStore();
    const opened = await readRunFiles([archive]);
    await keepRun(store, opened, () => 5);
    const saved = await runAsFile(store, { ...opened, name: 'tiny' }, null);
    expect(saved.name).toBe('tiny.tessera');
    expect(Buffer.from(await saved.file.arrayBuffer()).equals(Buffer.from(await archive.arrayBuffer()))).toBe(true);
  });

  it('says how its training ended, also when it is opened and saved again', async () => {
    const store = createMemoryRunStore();
    const opened = await readRunFiles([await asArchive(files)]);
    expect(opened.ending).toBeUndefined();
    await keepRun(store, opened, () => 5);
    const ending = { kind: 'median', message: 'Stopped after epoch 2 of 8.' } as const;
    const saved = await runAsFile(store, { ...opened, ending, name: 'tiny' }, null);
    const again = await readRunFiles([new File([saved.file], 'tiny.tessera')]);
    expect(again.ending).toEqual(ending);
    const other = await runAsFile(
      store,
      { ...opened, ending: { kind: 'stopped', message: 'x'.repeat(1001) }, name: 't' },
      null,
    );
    expect((await readRunFiles([new File([other.file], 't.tessera')])).ending).toBeUndefined();
  });

  it('opens from the files of its folder, and from an exported model of either kind', async () => {
    const whole = await readRunFiles([await asArchive(files)]);
    const folder = await readRunFiles(asFiles(files));
    expect(folder).toMatchObject({ config: whole.config, data: whole.data, rows: whole.rows, itemIds: null });
    expect(folder.evaluations).toEqual(whole.evaluations);
    expect(folder.snapshots).toEqual(whole.snapshots);
    const onnx = new Map<string, Uint8Array>([...writeModelFolder(run), ...writeOnnx(run)]);
    onnx.delete('model.safetensors');
    const weights = Buffer.from(whole.checkpoints.get('recommender') ?? []);
    for (const exported of [writeModelFolder(run), onnx]) {
      const model = await readRunFiles(asFiles(exported));
      expect(weights.equals(model.checkpoints.get('recommender') ?? new Uint8Array())).toBe(true);
      expect(model.itemIds).toEqual(TINY_IDS);
    }
  });

  it('decodes on wasm to what transformers found with the same weights', async () => {
    const golden = loadGolden('models/t5/golden/exported');
    const wanted = goldenTensor(golden, 'exported:beam_items').data.slice(0, 10);
    const scores = goldenTensor(golden, 'exported:beam_scores').data.slice(0, 10);
    const store = createMemoryRunStore();
    const opened = await readRunFiles([await asArchive(files)]);
    await keepRun(store, opened, () => 5);
    if (!isResidual(opened.config)) throw new Error('the tiny run is of TIGER');
    const { demo } = await wasmDemo(
      { ...opened, config: opened.config },
      storeSink(store, CURRENT_RUN, () => 5),
    );
    const found = await demo.generate([3, 17, 4, 9]);
    await demo.dispose();
    expect(demo.backend).toBe('wasm');
    expect(found.items).toHaveLength(20);
    // The library searched half as many beams; an item's score does not depend on that.
    for (const [at, item] of [...wanted].entries())
      expect(found.scores[found.items.indexOf(item)]).toBeCloseTo(scores[at] ?? Number.NaN, 4);
  });

  it('is refused for other data or other items', async () => {
    const opened = { config: run.config, data: run.data, itemIds: null, snapshots: [], checkpoints: new Map() };
    expect(() => requireSameData(opened, dataset())).not.toThrow();
    expect(() => requireSameData(opened, dataset('8'.repeat(64)))).toThrow('tiny');
    expect(() => requireSameData({ ...opened, itemIds: TINY_IDS.slice(1) }, dataset())).toThrow('29 items');
    expect(() => requireSameData({ ...opened, itemIds: TINY_IDS.toReversed() }, dataset())).toThrow('are not the 30');
    const snapshots = [{ step: 12, levels: 2, codes: new Uint16Array(58) }];
    expect(() => requireSameData({ ...opened, snapshots }, dataset())).toThrow('step 12');
  });

  it('is refused by name when its files do not belong together', async () => {
    const one = await asArchive(files);
    expect(await refusal([one, new File(['{}'], 'run.json')])).toMatch(/^run\/mixed .*x\.tessera/);
    expect(await refusal([new File(['x'], 'notes.txt')])).toMatch(/^run\/missing /);
    const other = await tinyRun();
    const elsewhere = runFilesOf({ ...other, data: { ...other.data, hash: '8'.repeat(64) } });
    const mixed = new Map(files).set(
      'tokenizer.safetensors',
      elsewhere.get('tokenizer.safetensors') ?? new Uint8Array(),
    );
    expect(await refusal(asFiles(mixed))).toMatch(/^checkpoint\/data tokenizer\.safetensors/);
    const parameters = new Map(other.parameters).set('shared.weight', new Float32Array(16));
    const cut = new Map(files).set(
      'recommender.safetensors',
      runFilesOf({ ...other, parameters }).get('recommender.safetensors') ?? new Uint8Array(),
    );
    expect(await refusal(asFiles(cut))).toMatch(/^checkpoint\/shape .*"shared\.weight"/);
  });
});
