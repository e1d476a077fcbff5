/**
 * UTGRec's tokenizer from items to unique codes: epochs with live losses and codebook health, checkpoints, snapshots, then
 * all items tokenised and conflicts resolved by next-nearest last codes. Pre-training and fine-tuning are the same job with
 * another recipe and start.
 */
import { CancelledError } from '../base/errors';
import { mixSeed } from '../base/random';
import type { Dataset } from '../data/dataset';
import { trainingItemsOf } from '../data/wholeSequences';
import type { SentencePieceTokenizer } from '../encoders/sentencePieces';
import { resolveByNextNearest } from '../quantize/nextNearest';
import { cosineNoiseSchedule } from '../tokenizers/utgrec/noiseSchedule';
import { sharedFirstCodes } from '../tokenizers/utgrec/positives';
import type { TextVocabulary } from '../tokenizers/utgrec/textVocabulary';
import { stepsPerEpochOf, type UtgrecRecipe, type UtgrecState, UtgrecTrainer } from '../tokenizers/utgrec/trainer';
import { entriesOfLevel } from '../tokenizers/utgrec/treeQuantiser';
import type { TrainedVae } from '../tokenizers/utgrec/vaeCodec';
import { type Checkpoint, floatsIn, numberIn, readCheckpoint, requireSameOrigin, writeCheckpoint } from './checkpoint';
import { adapterFingerprint, type JobHost } from './context';
import { plainItemVectors } from './itemVectors';
import { ProgressMeter } from './jobControl';
import { NO_VAE_FILES, onnxLatents, type VaeFiles } from './onnxLatents';
import { type DecodePicture, type PreparedCatalogue, prepareCatalogue } from './utgrecCatalogue';
import type { TokenizerRecipe, UtgrecTokenizerConfig } from './utgrecConfig';
import { pictureLatents } from './utgrecLatents';
import { domainsOf, treeReport } from './utgrecReport';
import {
  type DomainQuality,
  type FinishedParts,
  type FinishedTokenizer,
  finishedOf,
  MOST_VECTOR_VALUES,
  packResolution,
  type TokenizerQuality,
  tokenizerParts,
  vaeOf,
} from './utgrecTokenizerFile';

const CHECKPOINT_EVERY_MS = 30_000;
const SNAPSHOT_EVERY_MS = 5_000;
const CONFLICT_STREAM = 20;
/** Items of a domain that its losses are measured on. */
const MEASURED_ITEMS = 512;

/** A step of a software adapter takes seconds; short submissions keep clear of the watchdog. */
const SOFTWARE_DISPATCHES_PER_SUBMIT = 32;

/** The built-in sentence encoder, its longest text. `components` does not count: the projection is learned. */
const FROZEN_ENCODER = { kind: 'use-lite', model: '', maxPieces: 128, components: 0 } as const;

/** What a tokenizer phase needs from its host. */
export interface UtgrecHost extends JobHost {
  readonly pieces: SentencePieceTokenizer;
  /** All pictures of the data set back to back, or null. */
  readonly images: Uint8Array | null;
  readonly decodePicture: DecodePicture;
  /** An autoencoder of the user's; none if left out. */
  readonly vaeFiles?: VaeFiles;
}

export interface TokenizerPhase {
  readonly config: UtgrecTokenizerConfig;
  readonly recipe: TokenizerRecipe;
  readonly seed: number;
  readonly trainsMatrices: boolean;
  /** The tokenizer to go on from; null starts anew. */
  readonly start: FinishedTokenizer | null;
  /** Tokenise with the start as it is. */
  readonly isFrozen: boolean;
  /** Steps of the run's tokenizer before this phase: rows and snapshots count on from there. */
  readonly stepOffset: number;
}

/** Trains (or goes on, or only opens) a tokenizer on the host's data set. @throws CancelledError after saving */
export async function trainUtgrecTokenizer(host: UtgrecHost, phase: TokenizerPhase): Promise<FinishedTokenizer> {
  const { dataset, sink } = host;
  const origin = originOf(host, phase);
  const file = await sink.loadCheckpoint('tokenizer');
  const checkpoint = file ? readCheckpoint(file, 'tokenizer') : null;
  if (checkpoint) requireSameOrigin(checkpoint.identity, origin, 'tokenizer');
  const finished = checkpoint && finishedOf(checkpoint, origin.config, dataset);
  if (finished) return finished;
  const stored = { vocabulary: phase.start?.vocabulary, vae: phase.start?.vae ?? (checkpoint && vaeOf(checkpoint)) };
  const prepared = await prepare(host, phase, stored);
  const trainer = openTrainer(host, phase, prepared);
  try {
    if (checkpoint) trainer.restore(stateOf(checkpoint));
    else if (phase.start) await trainer.startFrom(phase.start.parameters);
    const run = new TokenizerRun(host, phase, prepared, trainer, origin);
    await sink.dropRowsAfter('tokenizer', run.step);
    if (!phase.isFrozen) await run.epochs();
    return await run.finish();
  } finally {
    await trainer.dispose();
  }
}

/**
 * A trained tokenizer with its weights loaded, for looking at what its codes keep; not for training on.
 * The caller disposes of `trainer`.
 */
export async function loadUtgrecTokenizer(
  host: UtgrecHost,
  config: UtgrecTokenizerConfig,
  tokenizer: FinishedTokenizer,
): Promise<{ trainer: UtgrecTrainer; prepared: PreparedCatalogue }> {
  const phase = {
    config,
    recipe: config.training,
    seed: 0,
    trainsMatrices: true,
    start: tokenizer,
    isFrozen: true,
    stepOffset: 0,
  };
  const prepared = await prepare(host, { ...phase, recipe: { ...phase.recipe, hasFlips: false } }, tokenizer);
  const trainer = openTrainer(host, phase, prepared);
  await trainer.startFrom(tokenizer.parameters);
  return { trainer, prepared };
}

/** @param base vocabulary and autoencoder of the tokenizer to go on from; what it lacks is made from the data set */
async function prepare(
  host: UtgrecHost,
  { config, recipe, seed }: Pick<TokenizerPhase, 'config' | 'recipe' | 'seed'>,
  base: { readonly vocabulary: TextVocabulary | undefined; readonly vae: TrainedVae | null },
): Promise<PreparedCatalogue> {
  const { control, hooks, now, dataset, engine } = host;
  const meterOf = (unit: string, total: number): ProgressMeter =>
    new ProgressMeter(now, hooks.progress, control, { stage: 'embedding', total, unit, epochs: 0 });
  const meter = meterOf('pictures', dataset.itemCount);
  let learning: ProgressMeter | null = null;
  let encoding: ProgressMeter | null = null;
  return prepareCatalogue(
    {
      ...host,
      vectors: config.encoder.kind === 'frozen' ? await plainItemVectors(host, FROZEN_ENCODER) : null,
      onProgress: (items) => meter.update(items, 0),
      signal: control.signal,
      latentsOf: (pictures) =>
        pictureLatents(pictures, config.input, {
          engine,
          seed,
          hasFlips: recipe.hasFlips ?? false,
          vae: base.vae,
          onStep: async (done, total) => {
            learning ??= meterOf('steps of the picture autoencoder', total);
            learning.update(done, 0);
            await control.breathe();
          },
          signal: control.signal,
          onnx: (present) =>
            onnxLatents(present, config.input, {
              files: host.vaeFiles ?? NO_VAE_FILES,
              sink: host.sink,
              dataHash: dataset.contentHash,
              hasFlips: recipe.hasFlips ?? false,
              signal: control.signal,
              onPicture: async (done) => {
                encoding ??= meterOf('pictures encoded', dataset.itemCount);
                encoding.update(done, 0);
                await control.breathe();
              },
            }),
        }),
      ...(base.vocabulary ? { base: base.vocabulary } : {}),
    },
    config.input,
  );
}

function originOf(host: UtgrecHost, phase: TokenizerPhase) {
  const { config, recipe, seed, trainsMatrices, start, isFrozen } = phase;
  const made = { seed, config, recipe, trainsMatrices, isFrozen, start: start?.origin ?? null };
  return { kind: 'tokenizer' as const, config: JSON.stringify(made), dataHash: host.dataset.contentHash };
}

/** Steps of a whole phase. */
export const tokenizerSteps = (dataset: Dataset, recipe: TokenizerRecipe): number =>
  recipe.epochs * stepsPerEpochOf(recipe, trainingItemsOf(dataset).length);

function openTrainer(host: UtgrecHost, phase: TokenizerPhase, prepared: PreparedCatalogue): UtgrecTrainer {
  const { dataset, engine } = host;
  const recipe: UtgrecRecipe = { ...phase.recipe, trainsMatrices: phase.trainsMatrices };
  const trainer = new UtgrecTrainer(engine, {
    model: { config: phase.config, sizes: prepared.sizes, schedule: cosineNoiseSchedule() },
    recipe,
    catalogue: prepared.catalogue,
    trainingItems: trainingItemsOf(dataset),
    patch: phase.config.input.patch,
    seed: phase.seed,
  });
  if (engine.device.profile.isSoftware) trainer.dispatchesPerSubmit = SOFTWARE_DISPATCHES_PER_SUBMIT;
  return trainer;
}

class TokenizerRun {
  constructor(
    readonly host: UtgrecHost,
    readonly phase: TokenizerPhase,
    readonly prepared: PreparedCatalogue,
    readonly trainer: UtgrecTrainer,
    readonly origin: ReturnType<typeof originOf>,
  ) {}

  /** Of the run, phases before this one included. */
  get step(): number {
    return this.phase.stepOffset + this.trainer.epochsDone * this.trainer.stepsPerEpoch;
  }

  async epochs(): Promise<void> {
    const { host, trainer, phase } = this;
    const { control, hooks, now, sink } = host;
    const { epochs } = phase.recipe;
    const meter = new ProgressMeter(now, hooks.progress, control, {
      stage: 'tokenizer',
      total: trainer.totalSteps,
      unit: 'steps',
      epochs,
    });
    const started = now();
    let lastSave = started;
    let lastSnapshot = Number.NEGATIVE_INFINITY;
    while (trainer.epochsDone < epochs) {
      try {
        await control.breathe();
      } catch (error) {
        if (error instanceof CancelledError) await this.#save(null);
        throw error;
      }
      const done = trainer.epochsDone;
      // A pause holds inside an epoch; a stop ends it, and the run goes on from the checkpoint before it.
      const result = await trainer.epoch(undefined, async (steps) => {
        meter.update(done * trainer.stepsPerEpoch + steps, done);
        await control.breathe();
      });
      const row = {
        run: 'tokenizer' as const,
        step: this.step,
        epoch: result.epoch,
        seconds: (now() - started) / 1000,
        values: { ...result.values, gradientNorm: result.gradientNorm, learningRate: result.learningRate },
      };
      hooks.rows([row]);
      await sink.appendRows([row]);
      if (now() - lastSnapshot > SNAPSHOT_EVERY_MS && trainer.epochsDone < epochs) {
        await this.#snapshot((await trainer.tokenise()).codes);
        lastSnapshot = now();
      }
      if (now() - lastSave > CHECKPOINT_EVERY_MS) {
        await this.#save(null);
        lastSave = now();
      }
    }
  }

  /** Tokenises all items, resolves conflicts, measures and saves. */
  async finish(): Promise<FinishedTokenizer> {
    const { trainer, phase, prepared } = this;
    const { quantiser } = phase.config;
    const { codes, residual, entries, ...tokenised } = await trainer.tokenise();
    const vectors = tokenised.vectors.length > MOST_VECTOR_VALUES ? null : tokenised.vectors;
    await this.#snapshot(codes);
    const found = resolveByNextNearest({
      codes,
      levels: quantiser.levels,
      residual,
      entries,
      width: quantiser.width,
      previousEntries: entriesOfLevel(quantiser, Math.max(0, quantiser.levels - 2)),
      seed: mixSeed(phase.seed, CONFLICT_STREAM),
    });
    const resolved = { nearest: 0, rank: 0, random: 0, duplicate: 0 };
    for (const { kind } of found.resolutions) resolved[kind]++;
    const everyItem = Uint32Array.from({ length: prepared.catalogue.itemCount }, (_, item) => item);
    const accuracy = await trainer.reader.textAccuracy(everyItem);
    const shared = sharedFirstCodes(prepared.catalogue.positives, codes, quantiser.levels);
    const resolutions = Uint16Array.from(found.resolutions, packResolution);
    const quality: TokenizerQuality = {
      conflictRateBefore: found.conflictRateBefore,
      conflictRateAfter: found.conflictRateAfter,
      resolved,
      textTopOne: accuracy.topOne,
      textUnigram: accuracy.unigram,
      brokenPictures: prepared.brokenPictures,
      sharedFirstCode: shared.share,
      sharedByChance: shared.chance,
      domains: await this.#domains(),
    };
    await this.#save({ codes: found.codes, resolutions, vectors, quality });
    const { parameters } = await trainer.state();
    return {
      parameters,
      vocabulary: prepared.vocabulary,
      vae: prepared.vae,
      codes: found.codes,
      resolutions,
      vectors,
      quality,
      origin: this.origin.config,
    };
  }

  async #snapshot(codes: Uint16Array): Promise<void> {
    const { host, phase, step } = this;
    host.hooks.codebook(treeReport(host.dataset, phase.config.quantiser, codes, step));
    await host.sink.saveSnapshot(step, phase.config.quantiser.levels, codes);
  }

  /** What the codes kept, domain by domain. */
  async #domains(): Promise<DomainQuality[]> {
    const { trainer, host } = this;
    const found: DomainQuality[] = [];
    for (const { name, items } of domainsOf(host.dataset)) {
      const { topOne, unigram } = await trainer.reader.textAccuracy(items);
      const { text = Number.NaN, image = Number.NaN } = await trainer.reader.losses(spreadOver(items, MEASURED_ITEMS));
      found.push({
        name,
        items: items.length,
        // Rounded as the checkpoint keeps them, so that a run opened again says the same.
        textTopOne: Math.fround(topOne),
        textUnigram: Math.fround(unigram),
        textLoss: Math.fround(text),
        imageLoss: Math.fround(image),
      });
    }
    return found;
  }

  async #save(finished: FinishedParts | null): Promise<void> {
    const { host, trainer, prepared, origin } = this;
    const state = await trainer.state();
    const { arrays, numbers } = tokenizerParts(state, prepared, finished);
    const file = writeCheckpoint({ ...origin, adapter: adapterFingerprint(host) }, arrays, numbers);
    await host.sink.saveCheckpoint('tokenizer', file);
  }
}

function stateOf(checkpoint: Checkpoint): UtgrecState {
  return {
    epoch: numberIn(checkpoint, 'epoch', 'tokenizer'),
    parameters: floatsIn(checkpoint, 'parameters'),
    moment1: floatsIn(checkpoint, 'moment1'),
    moment2: floatsIn(checkpoint, 'moment2'),
  };
}

/** At most `most` items, evenly apart. */
const spreadOver = (items: Uint32Array, most: number): Uint32Array =>
  items.length <= most
    ? items
    : Uint32Array.from({ length: most }, (_, at) => items[Math.floor((at * items.length) / most)] as number);
