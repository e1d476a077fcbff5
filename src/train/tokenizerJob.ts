/** A tokenizer's training from item text to identifiers: embed, whiten, RQ-VAE epochs with live statistics, conflict digits. */
import { CancelledError, FormatError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { trainingItemsOf } from '../data/wholeSequences';
import { nearestEntries } from '../evaluate/codeDrift';
import { appendConflictDigits } from '../quantize/conflict';
import { type CodebookStatistics, codebookStatistics, codeChanges, statisticsByDomain } from '../quantize/statistics';
import type { RqvaeConfig } from '../tokenizers/rqvae/config';
import { createRqvaeTrainer, type RqvaeState, type RqvaeTrainer } from '../tokenizers/rqvae/trainer';
import {
  type Arrays,
  type Checkpoint,
  floatsIn,
  numberIn,
  readCheckpoint,
  requireSameOrigin,
  writeCheckpoint,
} from './checkpoint';
import type { RunConfig, TokenizerConfig } from './config';
import { adapterFingerprint, type JobContext } from './context';
import { type Identifiers, makeIdentifiers } from './identifiers';
import { itemVectors } from './itemVectors';
import { ProgressMeter } from './jobControl';
import type { CodebookReport, DriftReport } from './reports';

const CHECKPOINT_EVERY_MS = 30_000;
/** Statistics and snapshots this often at most: they read all codes back. */
const SNAPSHOT_EVERY_MS = 2_000;
/** Epochs shorter than this end before a stop takes effect, so that nothing is trained twice; longer ones are left within. */
const SHORT_EPOCH_MS = 500;
/** Largest conflict digit; one more would be the user token. */
const MAX_CONFLICT_DIGIT = 255;
/** Lloyd iterations at most; k-means on a few thousand items settles in far fewer. */
const KMEANS_ITERATIONS = 100;
/** Tensors of a checkpoint with the codes [N, levels] of a kept epoch. */
const KEPT = 'kept/';

/** Tensors with each entry's nearest other entry [levels, entries] in the codebooks of a kept epoch. */
const NEIGHBOURS = 'keptNeighbours/';

interface KeptEpoch {
  /** [N, levels] */
  readonly codes: Uint16Array;
  /** [levels, entries]; null in checkpoints from before they were kept. */
  readonly neighbours: Uint16Array | null;
}
type Kept = Map<number, KeptEpoch>;

export function rqvaeConfigOf(config: TokenizerConfig, components: number): RqvaeConfig {
  return {
    name: 'run',
    inputDim: components,
    hidden: config.hiddenWidths,
    latentDim: config.latentWidth,
    levels: config.levels,
    entries: config.codes,
    commitmentWeight: config.commitment,
    emaDecay: config.decay,
    emaEps: 1e-5,
    learningRate: config.learningRate,
    adagradEps: 1e-10,
    batchSize: config.batchSize,
    epochs: config.epochs,
    kmeansIterations: KMEANS_ITERATIONS,
  };
}

type Stored = Pick<JobContext, 'dataset' | 'config' | 'sink'>;

/** What a tokenizer's checkpoint says it was made from. */
export function tokenizerOrigin(config: RunConfig, dataHash: string) {
  return {
    kind: 'tokenizer' as const,
    config: JSON.stringify({ seed: config.seed, encoder: config.encoder, tokenizer: config.tokenizer }),
    dataHash,
  };
}

async function storedCheckpoint(stored: Stored): Promise<Checkpoint | null> {
  const file = await stored.sink.loadCheckpoint('tokenizer');
  if (!file) return null;
  const checkpoint = readCheckpoint(file, 'tokenizer');
  requireSameOrigin(checkpoint.identity, tokenizerOrigin(stored.config, stored.dataset.contentHash), 'tokenizer');
  return checkpoint;
}

/** Epochs whose codes a run keeps, ascending, the last one among them; only that one unless the configuration asks for more. */
export function keptEpochs({ epochs, keep = 1, keepEvery = 1 }: TokenizerConfig): number[] {
  return Array.from({ length: keep }, (_, index) => epochs - (keep - 1 - index) * keepEvery);
}

/** Identifiers of a finished tokenizer, or null. @throws FormatError, ConfigError for a file of another origin */
export async function openIdentifiers(stored: Stored): Promise<Identifiers | null> {
  const checkpoint = await storedCheckpoint(stored);
  if (!checkpoint || numberIn(checkpoint, 'epoch', 'tokenizer') < stored.config.tokenizer.epochs) return null;
  const digits = checkpoint.arrays.get('identifiers');
  const { levels, codes } = stored.config.tokenizer;
  return digits instanceof Uint16Array ? makeIdentifiers(levels, codes, digits) : null;
}

/**
 * Identifiers of every kept epoch of a finished tokenizer, oldest first; null if it is not finished.
 * @throws FormatError `mtgrec/missing-epoch` naming an epoch whose codes are not there; and for a file of another origin
 */
export async function openTokenizers(stored: Stored): Promise<Identifiers[] | null> {
  const checkpoint = await storedCheckpoint(stored);
  const { tokenizer } = stored.config;
  if (!checkpoint || numberIn(checkpoint, 'epoch', 'tokenizer') < tokenizer.epochs) return null;
  return tokenizersIn(checkpoint, tokenizer, stored.dataset.itemCount);
}

/** The same from a checkpoint of `itemCount` items. @throws FormatError `mtgrec/missing-epoch` */
export async function tokenizersIn(
  checkpoint: Checkpoint,
  tokenizer: TokenizerConfig,
  itemCount: number,
): Promise<Identifiers[]> {
  const kept = keptCodes(checkpoint);
  const identifiers: Identifiers[] = [];
  for (const epoch of keptEpochs(tokenizer)) {
    const codes = kept.get(epoch)?.codes;
    if (codes?.length !== itemCount * tokenizer.levels)
      throw new FormatError(
        'mtgrec/missing-epoch',
        `tokenizer: wanted the codes of ${itemCount} items at epoch ${epoch}, ${codes ? `got ${codes.length / tokenizer.levels}` : 'there are none'}; train the tokenizer again.`,
      );
    identifiers.push(await withConflictDigits(tokenizer, codes));
  }
  return identifiers;
}

/** What figure V5 shows of the epochs kept so far, oldest first. @throws FormatError, ConfigError for a file of another origin */
export async function openDrift(stored: Stored): Promise<DriftReport[]> {
  const checkpoint = await storedCheckpoint(stored);
  if (!checkpoint || stored.config.tokenizer.keep === undefined) return [];
  const kept = keptCodes(checkpoint);
  return [...kept.keys()].map((epoch) => driftReport(stored.config.tokenizer, kept, epoch));
}

function withConflictDigits(tokenizer: TokenizerConfig, codes: Uint16Array): Promise<Identifiers> {
  const { levels, codes: entries, firstDigit } = tokenizer;
  const digits = appendConflictDigits(codes, levels, MAX_CONFLICT_DIGIT, firstDigit === 0 ? 0 : 1);
  return makeIdentifiers(levels, entries, digits);
}

/** Kept epochs, ascending. */
function keptCodes(checkpoint: Checkpoint): Kept {
  const kept: [number, KeptEpoch][] = [];
  for (const [name, array] of checkpoint.arrays)
    if (name.startsWith(KEPT) && array instanceof Uint16Array) {
      const epoch = name.slice(KEPT.length);
      const neighbours = checkpoint.arrays.get(`${NEIGHBOURS}${epoch}`);
      kept.push([Number(epoch), { codes: array, neighbours: neighbours instanceof Uint16Array ? neighbours : null }]);
    }
  return new Map(kept.sort(([a], [b]) => a - b));
}

function driftReport(tokenizer: TokenizerConfig, kept: Kept, epoch: number): DriftReport {
  const epochs = keptEpochs(tokenizer);
  const index = epochs.indexOf(epoch);
  const { levels, codes } = tokenizer;
  const { codes: assignments, neighbours } = kept.get(epoch) ?? { codes: new Uint16Array(), neighbours: null };
  const before = kept.get(epochs[index - 1] ?? Number.NaN)?.codes;
  const report = { epoch, index, tokenizers: epochs.length, levels, codes, assignments, neighbours };
  if (!before) return { ...report, changedShare: null, changedByLevel: [] };
  return { ...report, ...codeChanges(before, assignments, levels) };
}

/**
 * Trains (or finishes, or only opens) the tokenizer of the configuration.
 * @throws CancelledError after saving; ConfigError if more than 255 items share their codes
 */
export async function trainTokenizer(context: JobContext): Promise<Identifiers> {
  const known = await openIdentifiers(context);
  if (known) return known;
  const { config, dataset, engine } = context;
  const vectors = await itemVectors(context);
  const checkpoint = await storedCheckpoint(context);
  const task = {
    config: rqvaeConfigOf(config.tokenizer, config.encoder.components),
    vectors,
    trainingItems: trainingItemsOf(dataset),
    seed: config.seed,
    ...(config.tokenizer.storage ? { storage: config.tokenizer.storage } : {}),
  };
  const trainer = await createRqvaeTrainer(engine, task, checkpoint ? stateOf(checkpoint, config.seed) : undefined);
  await context.sink.dropRowsAfter('tokenizer', trainer.epochsDone * trainer.stepsPerEpoch);
  const kept: Kept = checkpoint ? keptCodes(checkpoint) : new Map();
  try {
    const codes = await runEpochs(context, trainer, kept);
    const identifiers = await withConflictDigits(config.tokenizer, codes);
    await save(context, trainer, kept, identifiers.digits);
    return identifiers;
  } finally {
    await trainer.dispose();
  }
}

async function runEpochs(context: JobContext, trainer: RqvaeTrainer, kept: Kept): Promise<Uint16Array> {
  const { config, control, hooks, now, sink, dataset } = context;
  const { epochs, levels, codes: entries } = config.tokenizer;
  const wanted = new Set(config.tokenizer.keep === undefined ? [] : keptEpochs(config.tokenizer));
  const meter = new ProgressMeter(now, hooks.progress, control, {
    stage: 'tokenizer',
    total: epochs,
    unit: 'epochs',
    epochs,
  });
  const started = now();
  let lastSave = started;
  let lastSnapshot = Number.NEGATIVE_INFINITY;
  let isShort = false;
  const snapshot = async (): Promise<Uint16Array> => {
    const codes = await trainer.assignments();
    const step = trainer.epochsDone * trainer.stepsPerEpoch;
    hooks.codebook(reportOf(dataset, { codes, levels, entries }, step));
    await sink.saveSnapshot(step, levels, codes);
    lastSnapshot = now();
    return codes;
  };
  while (trainer.epochsDone < epochs) {
    try {
      await control.breathe();
    } catch (error) {
      if (error instanceof CancelledError) await save(context, trainer, kept, null);
      throw error;
    }
    const breathed = now();
    // Left within an epoch, training goes on from the last checkpoint, with the same bits.
    const result = await trainer.epoch(isShort ? undefined : control.signal);
    isShort = now() - breathed < SHORT_EPOCH_MS;
    const { loss, reconstruction, commitment, gradientNorm } = result;
    const row = {
      run: 'tokenizer' as const,
      step: result.epoch * result.steps,
      epoch: result.epoch,
      seconds: (now() - started) / 1000,
      values: { loss, reconstruction, commitment, gradientNorm },
    };
    hooks.rows([row]);
    await sink.appendRows([row]);
    meter.update(trainer.epochsDone, trainer.epochsDone);
    if (wanted.has(result.epoch)) {
      kept.set(result.epoch, { codes: await trainer.assignments(), neighbours: await neighboursOf(trainer) });
      hooks.drift(driftReport(config.tokenizer, kept, result.epoch));
    }
    if (now() - lastSnapshot > SNAPSHOT_EVERY_MS && trainer.epochsDone < epochs) await snapshot();
    if (now() - lastSave > CHECKPOINT_EVERY_MS) {
      await save(context, trainer, kept, null);
      lastSave = now();
    }
  }
  return snapshot();
}

/** Nearest other entry of every entry, level by level. */
async function neighboursOf(trainer: RqvaeTrainer): Promise<Uint16Array> {
  const { entries } = trainer.config;
  const levels = (await trainer.codebooks()).map((codebook) => [...nearestEntries(codebook, entries)]);
  return Uint16Array.from(levels.flat());
}

function stateOf(checkpoint: Checkpoint, seed: number): RqvaeState {
  return {
    epoch: numberIn(checkpoint, 'epoch', 'tokenizer'),
    seed,
    parameters: Object.fromEntries(floatsIn(checkpoint, 'parameters')),
    accumulators: Object.fromEntries(floatsIn(checkpoint, 'accumulators')),
  };
}

async function save(context: JobContext, trainer: RqvaeTrainer, kept: Kept, digits: Uint16Array | null): Promise<void> {
  const state = await trainer.state();
  const arrays = new Map<string, Float32Array | Uint16Array>();
  for (const [name, values] of Object.entries(state.parameters)) arrays.set(`parameters/${name}`, values);
  for (const [name, values] of Object.entries(state.accumulators)) arrays.set(`accumulators/${name}`, values);
  for (const [epoch, { codes, neighbours }] of kept) {
    arrays.set(`${KEPT}${epoch}`, codes);
    if (neighbours) arrays.set(`${NEIGHBOURS}${epoch}`, neighbours);
  }
  if (digits) arrays.set('identifiers', digits);
  await context.sink.saveCheckpoint(
    'tokenizer',
    writeCheckpoint(
      { ...tokenizerOrigin(context.config, context.dataset.contentHash), adapter: adapterFingerprint(context) },
      arrays as Arrays,
      {
        epoch: state.epoch,
      },
    ),
  );
}

interface Table {
  readonly codes: Uint16Array;
  readonly levels: number;
  readonly entries: number;
}

function reportOf(dataset: Dataset, table: Table, step: number): CodebookReport {
  const { domainOfItem, domainNames } = dataset.items;
  const group = (name: string, { itemCount, collisionRate, levels }: CodebookStatistics) => ({
    name,
    items: itemCount,
    collisionRate,
    levels: levels.map((level) => ({
      usedShare: level.usage,
      perplexity: level.perplexity,
      dead: level.dead,
      counts: [...level.histogram],
    })),
  });
  if (!domainOfItem)
    return {
      step,
      codes: table.entries,
      levels: table.levels,
      groups: [group('all items', codebookStatistics(table))],
    };
  const { all, domains } = statisticsByDomain(table, domainOfItem, domainNames.length);
  return {
    step,
    codes: table.entries,
    levels: table.levels,
    groups: [group('all items', all), ...domains.map((domain, index) => group(domainNames[index] ?? '', domain))],
  };
}

/** Codebook health of finished identifiers (the conflict digit takes no part). */
export function codebookReport(dataset: Dataset, identifiers: Identifiers, step: number): CodebookReport {
  const { levels, codes: entries, digits } = identifiers;
  const codes = digits.filter((_, at) => at % (levels + 1) < levels);
  return reportOf(dataset, { codes, levels, entries }, step);
}
