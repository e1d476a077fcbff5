/**
 * UTGRec's tokenizer from items to unique codes: epochs with live losses and codebook health, checkpoints, snapshots, then
 * all items tokenised and conflicts resolved by next-nearest last codes. Pre-training and fine-tuning are the same job with
 * another recipe and start.
 */
import { CancelledError, FormatError } from '../base/errors';
import { mixSeed } from '../base/random';
import { trainingItemsOf } from '../data/wholeSequences';
import type { SentencePieceTokenizer } from '../encoders/sentencePieces';
import { type Resolution, resolveByNextNearest } from '../quantize/nextNearest';
import { type LevelStatistics, levelStatistics } from '../quantize/statistics';
import type { QuantiserConfig } from '../tokenizers/utgrec/config';
import { cosineNoiseSchedule } from '../tokenizers/utgrec/noiseSchedule';
import type { TextVocabulary } from '../tokenizers/utgrec/textVocabulary';
import { type UtgrecRecipe, type UtgrecState, UtgrecTrainer } from '../tokenizers/utgrec/trainer';
import { entriesOfLevel } from '../tokenizers/utgrec/treeQuantiser';
import { type Checkpoint, floatsIn, numberIn, readCheckpoint, requireSameOrigin, writeCheckpoint } from './checkpoint';
import { adapterFingerprint, type JobHost } from './context';
import { ProgressMeter } from './jobControl';
import type { CodebookReport } from './reports';
import { type DecodePicture, type PreparedCatalogue, prepareCatalogue } from './utgrecCatalogue';
import type { TokenizerRecipe, UtgrecTokenizerConfig } from './utgrecConfig';

const CHECKPOINT_EVERY_MS = 30_000;
const SNAPSHOT_EVERY_MS = 5_000;
const CONFLICT_STREAM = 20;
/** A step of a software adapter takes seconds; short submissions keep clear of the watchdog. */
const SOFTWARE_DISPATCHES_PER_SUBMIT = 32;

/** What a tokenizer phase needs from its host. */
export interface UtgrecHost extends JobHost {
  readonly pieces: SentencePieceTokenizer;
  /** All pictures of the data set back to back, or null. */
  readonly images: Uint8Array | null;
  readonly decodePicture: DecodePicture;
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
}

/** A tokenizer after training, and what it made of the data set's items. */
export interface FinishedTokenizer {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly vocabulary: TextVocabulary;
  /** `[N, H]`, unique but for duplicates that `resolved` counts. */
  readonly codes: Uint16Array<ArrayBuffer>;
  readonly quality: TokenizerQuality;
  /** SHA-256 of weights' origin: tells fine-tuned runs of different starts apart. */
  readonly origin: string;
}

export interface TokenizerQuality {
  /** (N − distinct) / N before and after. */
  readonly conflictRateBefore: number;
  readonly conflictRateAfter: number;
  /** Items by how they came to their identifier. */
  readonly resolved: Readonly<Record<Resolution['kind'], number>>;
  readonly textTopOne: number;
  readonly textUnigram: number;
  readonly brokenPictures: number;
}

/** Trains (or goes on, or only opens) a tokenizer on the host's data set. @throws CancelledError after saving */
export async function trainUtgrecTokenizer(host: UtgrecHost, phase: TokenizerPhase): Promise<FinishedTokenizer> {
  const { dataset, sink, control, hooks, now } = host;
  const origin = originOf(host, phase);
  const stored = await sink.loadCheckpoint('tokenizer');
  const checkpoint = stored ? readCheckpoint(stored, 'tokenizer') : null;
  if (checkpoint) requireSameOrigin(checkpoint.identity, origin, 'tokenizer');
  const finished = checkpoint && finishedOf(checkpoint, origin.config);
  if (finished) return finished;
  const pictures = new ProgressMeter(now, hooks.progress, control, {
    stage: 'embedding',
    total: dataset.itemCount,
    unit: 'pictures',
    epochs: 0,
  });
  const prepared = await prepareCatalogue(
    {
      ...host,
      onProgress: (items) => pictures.update(items, 0),
      signal: control.signal,
      ...(phase.start ? { base: phase.start.vocabulary } : {}),
    },
    phase.config.input,
  );
  const trainer = openTrainer(host, phase, prepared);
  try {
    if (checkpoint) trainer.restore(stateOf(checkpoint));
    else if (phase.start) await trainer.startFrom(phase.start.parameters);
    await sink.dropRowsAfter('tokenizer', trainer.epochsDone * trainer.stepsPerEpoch);
    const run = new TokenizerRun(host, phase, prepared, trainer, origin);
    if (!phase.isFrozen) await run.epochs();
    return await run.finish();
  } finally {
    await trainer.dispose();
  }
}

function originOf(host: UtgrecHost, phase: TokenizerPhase) {
  const { config, recipe, seed, trainsMatrices, start, isFrozen } = phase;
  const made = { seed, config, recipe, trainsMatrices, isFrozen, start: start?.origin ?? null };
  return { kind: 'tokenizer' as const, config: JSON.stringify(made), dataHash: host.dataset.contentHash };
}

function openTrainer(host: UtgrecHost, phase: TokenizerPhase, prepared: PreparedCatalogue): UtgrecTrainer {
  const { dataset, engine } = host;
  const recipe: UtgrecRecipe = { ...phase.recipe, trainsMatrices: phase.trainsMatrices };
  const trainer = new UtgrecTrainer(engine, {
    model: { config: phase.config, sizes: prepared.sizes, schedule: cosineNoiseSchedule() },
    recipe,
    catalogue: prepared.catalogue,
    // A catalogue without users is trained on whole.
    trainingItems:
      dataset.userCount > 0
        ? trainingItemsOf(dataset)
        : Uint32Array.from({ length: dataset.itemCount }, (_, item) => item),
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
        if (error instanceof CancelledError) await this.#save(null, null);
        throw error;
      }
      const done = trainer.epochsDone;
      const result = await trainer.epoch(undefined, (steps) =>
        meter.update(done * trainer.stepsPerEpoch + steps, done),
      );
      const row = {
        run: 'tokenizer' as const,
        step: result.epoch * trainer.stepsPerEpoch,
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
        await this.#save(null, null);
        lastSave = now();
      }
    }
  }

  /** Tokenises all items, resolves conflicts, measures and saves. */
  async finish(): Promise<FinishedTokenizer> {
    const { trainer, phase, prepared } = this;
    const { quantiser } = phase.config;
    const { codes, residual, entries } = await trainer.tokenise();
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
    const accuracy = await trainer.textAccuracy(everyItem);
    const quality: TokenizerQuality = {
      conflictRateBefore: found.conflictRateBefore,
      conflictRateAfter: found.conflictRateAfter,
      resolved,
      textTopOne: accuracy.topOne,
      textUnigram: accuracy.unigram,
      brokenPictures: prepared.brokenPictures,
    };
    await this.#save(found.codes, quality);
    const { parameters } = await trainer.state();
    return {
      parameters,
      vocabulary: prepared.vocabulary,
      codes: found.codes,
      quality,
      origin: this.origin.config,
    };
  }

  async #snapshot(codes: Uint16Array): Promise<void> {
    const { host, trainer, phase } = this;
    const step = trainer.epochsDone * trainer.stepsPerEpoch;
    host.hooks.codebook(treeReport(host.dataset, phase.config.quantiser, codes, step));
    await host.sink.saveSnapshot(step, phase.config.quantiser.levels, codes);
  }

  async #save(codes: Uint16Array | null, quality: TokenizerQuality | null): Promise<void> {
    const { host, trainer, prepared, origin } = this;
    const state = await trainer.state();
    const arrays = new Map<string, Float32Array | Uint16Array | Uint32Array>([
      ['vocabulary', prepared.vocabulary.pieces],
    ]);
    for (const group of ['parameters', 'moment1', 'moment2'] as const)
      for (const [name, values] of state[group]) arrays.set(`${group}/${name}`, values);
    if (codes) arrays.set('codes', codes);
    const { resolved, ...rates } = quality ?? { resolved: {} };
    const counts = Object.fromEntries(Object.entries(resolved).map(([kind, count]) => [`resolved.${kind}`, count]));
    await host.sink.saveCheckpoint(
      'tokenizer',
      writeCheckpoint({ ...origin, adapter: adapterFingerprint(host) }, arrays, {
        epoch: state.epoch,
        ...rates,
        ...counts,
      }),
    );
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

/** A finished tokenizer from its file; null if its training is not done. @throws FormatError, ConfigError for other data */
export function openTokenizer(file: Uint8Array, dataHash: string): FinishedTokenizer | null {
  const checkpoint = readCheckpoint(file, 'tokenizer');
  const { identity } = checkpoint;
  requireSameOrigin(identity, { kind: 'tokenizer', config: identity.config, dataHash }, 'tokenizer');
  return finishedOf(checkpoint, identity.config);
}

/** A finished tokenizer's checkpoint; null if training still goes on. @throws FormatError `checkpoint/tensor` */
function finishedOf(checkpoint: Checkpoint, origin: string): FinishedTokenizer | null {
  const codes = checkpoint.arrays.get('codes');
  if (codes === undefined) return null;
  const pieces = checkpoint.arrays.get('vocabulary');
  if (!(codes instanceof Uint16Array) || !(pieces instanceof Uint32Array))
    throw new FormatError('checkpoint/tensor', 'tokenizer: codes or vocabulary are missing; the file is damaged.');
  const number = (key: string): number => numberIn(checkpoint, key, 'tokenizer');
  return {
    parameters: floatsIn(checkpoint, 'parameters'),
    vocabulary: { pieces: pieces.slice() },
    codes: codes.slice(),
    quality: {
      conflictRateBefore: number('conflictRateBefore'),
      conflictRateAfter: number('conflictRateAfter'),
      resolved: {
        nearest: number('resolved.nearest'),
        rank: number('resolved.rank'),
        random: number('resolved.random'),
        duplicate: number('resolved.duplicate'),
      },
      textTopOne: number('textTopOne'),
      textUnigram: number('textUnigram'),
      brokenPictures: number('brokenPictures'),
    },
    origin,
  };
}

/** Codebook health level by level (each with its own book's size), for all items and for each domain. */
export function treeReport(
  dataset: JobHost['dataset'],
  config: QuantiserConfig,
  codes: Uint16Array,
  step: number,
): CodebookReport {
  const { domainOfItem, domainNames } = dataset.items;
  const group = (name: string, items: readonly number[]): CodebookReport['groups'][number] => {
    const distinct = new Set(
      items.map((item) => codes.subarray(item * config.levels, (item + 1) * config.levels).join()),
    );
    const levels = Array.from({ length: config.levels }, (_, level): LevelStatistics => {
      const histogram = new Uint32Array(entriesOfLevel(config, level));
      for (const item of items) {
        const code = codes[item * config.levels + level] as number;
        histogram[code] = (histogram[code] as number) + 1;
      }
      return levelStatistics(histogram);
    });
    return {
      name,
      items: items.length,
      collisionRate: items.length === 0 ? 0 : (items.length - distinct.size) / items.length,
      levels: levels.map(({ usage, perplexity, dead, histogram }) => ({
        usedShare: usage,
        perplexity,
        dead,
        counts: [...histogram],
      })),
    };
  };
  const all = Array.from({ length: dataset.itemCount }, (_, item) => item);
  const groups = [group('all items', all)];
  if (domainOfItem)
    domainNames.forEach((name, domain) => {
      const members = all.filter((item) => domainOfItem[item] === domain);
      if (members.length > 0) groups.push(group(name, members));
    });
  const most = Math.max(...Array.from({ length: config.levels }, (_, level) => entriesOfLevel(config, level)));
  return { step, codes: most, levels: config.levels, groups };
}
