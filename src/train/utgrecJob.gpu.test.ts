import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import { restrictToDomains } from '../data/restrict';
import { GpuDevice } from '../gpu/device';
import { Engine } from '../plan/engine';
import type { VaeFile } from '../tokenizers/utgrec/onnxVae';
import { readCheckpoint, writeCheckpoint } from './checkpoint';
import { openUtgrecGallery } from './utgrecGallery';
import { openUtgrec, trainUtgrec } from './utgrecJob';
import { type ShopOptions, tinyRun, tinyUtgrec } from './utgrecRun.fixture';
import { resolutionOf } from './utgrecTokenizerFile';
import { tokenizerSteps } from './utgrecTokenizerJob';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

/** Trains to the end and closes the trainer. */
async function trained(config: ReturnType<typeof tinyUtgrec>, options: ShopOptions = {}) {
  const run = tinyRun(engine, config, options);
  const result = await trainUtgrec(run.host);
  await result.trainer.dispose();
  return { run, result };
}

const same = (a: Float32Array | undefined, b: Float32Array | undefined): boolean =>
  a !== undefined && b !== undefined && a.length === b.length && a.every((value, at) => Object.is(value, b[at]));

describe('a UTGRec run', () => {
  it('pre-trains on two domains, keeps C and trains W on the third, and tests there', async () => {
    const { run, result } = await trained(tinyUtgrec());
    const { pretrained, tokenizer, report } = result;
    if (!pretrained) throw new Error('nothing was pre-trained');
    for (const book of ['root', 'leaf']) {
      const [before, after] = [pretrained.parameters, tokenizer.parameters];
      expect(same(before.get(`${book}.matrix`), after.get(`${book}.matrix`)), `C of ${book}`).toBe(true);
      expect(same(before.get(`${book}.projection`), after.get(`${book}.projection`)), `W of ${book}`).toBe(false);
    }
    expect(pretrained.codes).toHaveLength(40 * 3);
    expect(tokenizer.codes).toHaveLength(20 * 3);
    expect(report).toMatchObject({ name: 'UTGRec', split: 'test', users: 25 });
    const rows = new Set(run.sink.rows.flatMap(({ values }) => Object.keys(values)));
    for (const name of ['text', 'image', 'alignment', 'textPositive', 'imagePositive', 'rootError', 'leafError'])
      expect(rows).toContain(name);
    // Fine-tuning counts its steps on from pre-training's, in rows and snapshots; its epochs begin anew.
    const [before, after] = [run.pretraining, run.sink].map(({ rows }) =>
      rows.filter((row) => row.run === 'tokenizer'),
    );
    const end = before?.at(-1)?.step ?? 0;
    expect(end).toBe(
      tokenizerSteps(restrictToDomains(run.host.dataset, ['drums', 'lamps']), run.host.config.tokenizer.training),
    );
    expect(after?.[0]).toMatchObject({ epoch: 1, step: end + Math.ceil(20 / 16) });
    expect(run.sink.snapshots.every(({ step }) => step > end)).toBe(true);
    expect(run.sink.snapshots.length).toBeGreaterThan(0);
    // Every item says how it came to its identifier, and the counts are of these records.
    const kinds = Array.from(tokenizer.resolutions, (packed) => resolutionOf(packed).kind);
    expect(kinds).toHaveLength(20);
    for (const kind of ['nearest', 'rank', 'random', 'duplicate'] as const)
      expect(tokenizer.quality.resolved[kind]).toBe(kinds.filter((held) => held === kind).length);
    expect(tokenizer.quality.domains.map(({ name, items }) => [name, items])).toEqual([['ropes', 20]]);
    // Opened again: the same tokenizer and the same recommendations' weights.
    const opened = await openUtgrec(run.host);
    if (!opened) throw new Error('the finished run does not open');
    expect(opened.tokenizer.codes).toEqual(tokenizer.codes);
    expect(opened.tokenizer.quality).toEqual(tokenizer.quality);
    await opened.trainer.dispose();
  });

  it('goes on after a stop to the same bits as without', async () => {
    const config = tinyUtgrec();
    const whole = await trained(config);
    const first = tinyRun(engine, config);
    const stopped = trainUtgrec(first.host, 2);
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
    const next = tinyRun(engine, config, {}, first);
    const again = await trainUtgrec(next.host);
    await again.trainer.dispose();
    for (const role of ['tokenizer', 'recommender', 'best'] as const)
      expect(next.sink.files.get(role), role).toEqual(whole.run.sink.files.get(role));
    expect(again.report.metrics).toEqual(whole.result.report.metrics);
  });

  it('stops inside an epoch of the tokenizer, and goes on from the one before to the same bits', async () => {
    const config = tinyUtgrec({ transfer: null });
    const whole = await trained(config);
    const first = tinyRun(engine, config);
    const { control, hooks } = first.host;
    // 60 items in batches of 16: step 6 of 12 lies in the second epoch. The clock of this host runs a millisecond a look.
    const progress: typeof hooks.progress = ({ stage, done }) => {
      if (stage === 'tokenizer' && done >= 6) control.stop();
    };
    let clock = 0;
    const now = (): number => (clock += 60_000);
    const host = { ...first.host, now, hooks: { ...hooks, progress } };
    await expect(trainUtgrec(host)).rejects.toBeInstanceOf(CancelledError);
    expect(first.sink.rows.filter(({ run }) => run === 'tokenizer').map(({ epoch }) => epoch)).toEqual([1]);
    const next = tinyRun(engine, config, {}, first);
    await (await trainUtgrec(next.host)).trainer.dispose();
    expect(next.sink.files.get('tokenizer')).toEqual(whole.run.sink.files.get('tokenizer'));
  });

  it('draws pictures and reads texts back from the codes', async () => {
    const { run, result } = await trained(tinyUtgrec({ transfer: null }));
    const gallery = await openUtgrecGallery(run.host, run.host.config.tokenizer, result.tokenizer);
    const [withPicture, without] = await gallery.read(Uint32Array.of(0, 3), 1);
    expect(withPicture?.original).toHaveLength(4 * 4 * 3);
    expect(withPicture?.decoded).toHaveLength(4 * 4 * 3);
    expect(without?.original).toBeNull();
    expect(withPicture?.pieces.map(({ original }) => original).at(-1)).toBe(' drums');
    expect(withPicture?.codes).toHaveLength(3);
    const [again] = await gallery.read(Uint32Array.of(0), 1);
    expect(again?.pieces).toEqual(withPicture?.pieces);
    await gallery.dispose();
  });
});

describe('UTGRec with latents of an autoencoder that the user has', () => {
  const file = (name: string): VaeFile => ({
    name: `${name}.onnx`,
    bytes: new Uint8Array(readFileSync(`models/utgrec/golden/onnx_vae_${name}.onnx`)),
  });
  const { input } = tinyUtgrec().tokenizer;

  it('encodes every picture once, goes on without the file, and draws pictures where there is a decoder', async () => {
    const encoder = file('encoder');
    const onnx = { encoder: await sha256Hex(encoder.bytes), scale: 0.5, hasMoments: true };
    const config = tinyUtgrec({
      tokenizer: { input: { ...input, latentSide: 8, latentPatch: 2, latents: 'onnx', onnx } },
      transfer: null,
    });
    const first = tinyRun(engine, config);
    await expect(trainUtgrec(first.host)).rejects.toMatchObject({ code: 'utgrec/onnx-encoder' });
    const other = { ...first.host, vaeFiles: { encoder: file('decoder'), decoder: null } };
    await expect(trainUtgrec(other)).rejects.toMatchObject({
      code: 'utgrec/onnx-encoder',
      message: expect.stringContaining(onnx.encoder.slice(0, 12)),
    });
    expect(first.sink.files.size).toBe(0);
    const trained = await trainUtgrec({ ...first.host, vaeFiles: { encoder, decoder: null } });
    await trained.trainer.dispose();
    const latents = readCheckpoint(first.sink.files.get('latents') ?? new Uint8Array(), 'latents').arrays.get(
      'latents',
    );
    expect(latents).toHaveLength(60 * 16 * 3);
    // Without a picture: zeros.
    expect(latents?.subarray(3 * 48, 4 * 48).every((value) => value === 0)).toBe(true);
    expect(latents?.subarray(0, 48).some((value) => value !== 0)).toBe(true);

    const next = tinyRun(engine, config, {}, first);
    const { tokenizer } = trained;
    const blind = await openUtgrecGallery(next.host, config.tokenizer, tokenizer);
    expect(blind.wantsDecoder).toBe(true);
    expect((await blind.read(Uint32Array.of(0), 1))[0]?.decoded).toBeNull();
    await blind.dispose();
    const host = { ...next.host, vaeFiles: { encoder: null, decoder: file('decoder') } };
    const gallery = await openUtgrecGallery(host, config.tokenizer, tokenizer);
    expect((await gallery.read(Uint32Array.of(0), 1))[0]?.decoded).toHaveLength(8 * 8 * 3);
    await gallery.dispose();
  });
});

describe('UTGRec with latents of its own autoencoder', () => {
  const { input } = tinyUtgrec().tokenizer;
  const vae = { channels: 3, width: 4, epochs: 2, batchSize: 16, learningRate: 2e-3, klWeight: 1e-4 };
  const config = tinyUtgrec({ tokenizer: { input: { ...input, latents: 'vae', vae } } });

  it('trains it once, keeps it for the other domain, draws pictures with it, and resumes to the same bits', async () => {
    const { run, result } = await trained(config);
    const { pretrained, tokenizer } = result;
    expect(pretrained?.vae?.parameters.size).toBeGreaterThan(0);
    for (const [name, weights] of pretrained?.vae?.parameters ?? [])
      expect(same(weights, tokenizer.vae?.parameters.get(name)), name).toBe(true);
    expect(tokenizer.parameters.get('denoiser.output.bias')).toHaveLength(vae.channels);
    expect(run.sink.rows.every(({ values }) => Number.isFinite(values['image'] ?? 0))).toBe(true);
    const opened = await openUtgrec(run.host);
    expect(opened?.tokenizer.vae).toEqual(tokenizer.vae);
    await opened?.trainer.dispose();
    const gallery = await openUtgrecGallery(result.host, config.tokenizer, tokenizer);
    const [first] = await gallery.read(Uint32Array.of(0), 1);
    expect(first?.decoded).toHaveLength(4 * 4 * 3);
    await gallery.dispose();
    const stopped = tinyRun(engine, config);
    await expect(trainUtgrec(stopped.host, 2)).rejects.toBeInstanceOf(CancelledError);
    const next = tinyRun(engine, config, {}, stopped);
    await (await trainUtgrec(next.host)).trainer.dispose();
    expect(next.sink.files.get('tokenizer')).toEqual(run.sink.files.get('tokenizer'));
  });
});

describe('a switch of the tokenizer’s training', () => {
  const { training } = tinyUtgrec().tokenizer;
  let plain: Awaited<ReturnType<typeof trained>> | undefined;
  it.each([
    ['flips', { hasFlips: true }],
    ['parts of a batch', { accumulationSteps: 2 }],
    ['decay of weights alone', { decayOf: 'weights' }],
  ])('%s reaches the training', async (_, change) => {
    const run = (more: object) =>
      trained(tinyUtgrec({ transfer: null, tokenizer: { training: { ...training, ...more } } }));
    plain ??= await run({});
    const changed = await run(change);
    const weights = ({ result }: typeof changed) => result.tokenizer.parameters.get('codeProjection.bias');
    expect(same(weights(plain), weights(changed))).toBe(false);
    expect(changed.run.sink.rows.every(({ values }) => Number.isFinite(values['loss'] ?? 0))).toBe(true);
  });

  it('a history without a user token is a token shorter, and the run is tested and opened again', async () => {
    const { run, result } = await trained(tinyUtgrec({ transfer: null, recommender: { hasUserToken: false } }));
    expect(result.source.vocabulary.userToken).toBeNull();
    expect((await openUtgrec(run.host))?.source.vocabulary.userToken).toBeNull();
  });
});

describe('an ablation of UTGRec', () => {
  const { weights, quantiser } = tinyUtgrec().tokenizer;
  const names = (run: Awaited<ReturnType<typeof trained>>['run']): Set<string> =>
    new Set(run.pretraining.rows.flatMap(({ values }) => Object.keys(values)));

  it('(1) without the tree has one book a level, all of the root’s size', async () => {
    const { result } = await trained(tinyUtgrec({ tokenizer: { quantiser: { ...quantiser, kind: 'independent' } } }));
    const books = [...result.tokenizer.parameters.keys()].filter((name) => name.endsWith('.matrix'));
    expect(books).toEqual(['level0.matrix', 'level1.matrix', 'level2.matrix']);
    const [first, second] = books.map((name) => result.tokenizer.parameters.get(name)?.length);
    expect(first).toBe(second);
  });

  it('(2) without alignment has no such loss, (3) without the positive’s reconstruction neither of its two', async () => {
    const two = await trained(tinyUtgrec({ tokenizer: { weights: { ...weights, alignment: 0 } } }));
    expect(names(two.run)).not.toContain('alignment');
    expect(names(two.run)).toContain('textPositive');
    const three = await trained(tinyUtgrec({ tokenizer: { weights: { ...weights, positive: 0 } } }));
    expect(names(three.run)).toContain('alignment');
    expect([...names(three.run)].filter((name) => name.endsWith('Positive'))).toEqual([]);
  });

  it('(4) without fine-tuning keeps the tokenizer’s bits, (5) full fine-tuning moves C too', async () => {
    const four = await trained(tinyUtgrec({ transfer: { tokenizer: 'none' } }));
    for (const [name, values] of four.result.pretrained?.parameters ?? [])
      if (!name.startsWith('encoder.text') && !name.startsWith('textHead'))
        expect(same(values, four.result.tokenizer.parameters.get(name)), name).toBe(true);
    const five = await trained(tinyUtgrec({ transfer: { tokenizer: 'full' } }));
    const [before, after] = [five.result.pretrained?.parameters, five.result.tokenizer.parameters];
    expect(same(before?.get('root.matrix'), after.get('root.matrix'))).toBe(false);
  });

  it('(6) without a pre-trained recommender trains it from random weights, (7) without pre-training has the downstream domain alone', async () => {
    const six = await trained(tinyUtgrec({ transfer: { recommenderIsPretrained: false } }));
    expect([...six.run.pretraining.files.keys()]).toEqual(['tokenizer']);
    const whole = await trained(tinyUtgrec());
    expect([...whole.run.pretraining.files.keys()]).toContain('recommender');
    // The tokenizer is the same either way.
    expect(six.result.tokenizer.codes).toEqual(whole.result.tokenizer.codes);
    const seven = await trained(tinyUtgrec({ transfer: { pretraining: [] } }));
    expect(seven.result.pretrained).toBeNull();
    expect(seven.run.pretraining.files.size).toBe(0);
    expect(seven.result.host.dataset.items.domainNames).toEqual(whole.result.host.dataset.items.domainNames);
    expect(seven.result.host.dataset.itemCount).toBe(whole.result.host.dataset.itemCount);
  });
});

describe('UTGRec’s tokenizer and bad input', () => {
  const { quantiser, training } = tinyUtgrec().tokenizer;

  it('refuses items without any text by name', async () => {
    await expect(trained(tinyUtgrec(), { hasText: false })).rejects.toMatchObject({ code: 'utgrec/vocabulary' });
  });

  it('trains without pictures: finite losses, no image part', async () => {
    const { run } = await trained(tinyUtgrec({ transfer: null }), { hasPictures: false });
    for (const { values } of run.sink.rows)
      for (const [name, value] of Object.entries(values)) expect(Number.isFinite(value), name).toBe(true);
    const images = run.sink.rows.flatMap(({ values }) => ('image' in values ? [values['image']] : []));
    expect(images.every((value) => value === 0)).toBe(true);
  });

  it('counts pictures that do not decode and goes on without them', async () => {
    const { result } = await trained(tinyUtgrec({ transfer: null }), { broken: 5 });
    // Of items 0 … 4, item 3 has no picture at all.
    expect(result.tokenizer.quality.brokenPictures).toBe(4);
  });

  it('refuses books larger than what they start from', async () => {
    const config = tinyUtgrec({ transfer: null, tokenizer: { quantiser: { ...quantiser, rootEntries: 200 } } });
    await expect(trained(config)).rejects.toMatchObject({ code: 'utgrec/entries' });
  });

  it('refuses to recommend where items share an identifier after all', async () => {
    const small = { ...quantiser, rootEntries: 2, leafEntries: 4, levels: 2 };
    await expect(trained(tinyUtgrec({ transfer: null, tokenizer: { quantiser: small } }))).rejects.toMatchObject({
      code: 'utgrec/identifiers',
      message: expect.stringContaining('8 identifiers'),
    });
  });

  it('works with one code an item', async () => {
    const config = tinyUtgrec({
      transfer: null,
      tokenizer: {
        quantiser: { ...quantiser, levels: 1, rootEntries: 256 },
        training: { ...training, codebookStart: 'random' },
      },
    });
    const { result } = await trained(config);
    expect(result.tokenizer.codes).toHaveLength(60);
    expect([...result.tokenizer.parameters.keys()].filter((name) => name.endsWith('.matrix'))).toEqual(['root.matrix']);
  });

  it('stops at the first step that is not finite, names the bad part and keeps the last checkpoint', async () => {
    const config = tinyUtgrec({
      transfer: null,
      tokenizer: { training: { ...training, epochs: 3, codebookStart: 'random' } },
    });
    const run = tinyRun(engine, config);
    const hooks = { ...run.host.hooks, rows: () => run.host.control.stop() };
    await expect(trainUtgrec({ ...run.host, hooks })).rejects.toBeInstanceOf(CancelledError);
    const { identity, arrays, numbers } = readCheckpoint(await fileOf(run), 'tokenizer');
    const broken = new Map(arrays);
    broken.set('parameters/projection.0.bias', new Float32Array(16).fill(Number.NaN));
    const file = writeCheckpoint(identity, broken, Object.fromEntries(numbers));
    await run.sink.saveCheckpoint('tokenizer', file);
    const next = tinyRun(engine, config, {}, run);
    await expect(trainUtgrec(next.host)).rejects.toMatchObject({
      code: 'train/not-finite',
      message: expect.stringMatching(/step \d+: loss NaN/),
    });
    expect(await fileOf(run)).toEqual(file);
  });
});

async function fileOf(run: ReturnType<typeof tinyRun>): Promise<Uint8Array> {
  const file = await run.sink.loadCheckpoint('tokenizer');
  if (!file) throw new Error('no checkpoint was saved');
  return file;
}
