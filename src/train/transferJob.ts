/**
 * TIGER across domains (utgrec.md §7.4): one RQ-VAE gives the items of all domains their codes, the T5 is pre-trained on the
 * mixture of some domains, fine-tuned on another with early stopping, and tested there. Ablations are switches: `copies`
 * "none" is Table 3 (6), with `tokenizer` "downstream" (7); "encoder" and "embedding" lie between. The results of pre-training
 * go to a sink of their own, so that several runs may share them. Every part resumes by itself.
 */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { restrictToDomains } from '../data/restrict';
import type { TokenSource } from '../recommenders/t5/batch';
import { T5Trainer } from '../recommenders/t5/trainer';
import { readCheckpoint, requireSameOrigin } from './checkpoint';
import type { RecommenderConfig } from './config';
import type { JobHost } from './context';
import { evaluateT5 } from './evaluateModel';
import { type Identifiers, makeIdentifiers, tokenSource } from './identifiers';
import type { EvaluationReport } from './reports';
import type { RunSink } from './runSink';
import { openIdentifiers, trainTokenizer } from './tokenizerJob';
import { TrainingPhase, trainerState } from './trainingPhase';
import { type Copies, downstreamSettings, type TransferConfig } from './transferConfig';

const NAME = 'TIGER';

export interface TransferHost extends JobHost {
  readonly config: TransferConfig;
  /** Where the results of pre-training go; the host's own sink takes the rest. */
  readonly pretrainingSink: () => Promise<RunSink>;
}

export interface TransferModel {
  /** The caller disposes. */
  readonly trainer: T5Trainer;
  readonly identifiers: Identifiers;
  readonly source: TokenSource;
  /** What it is tested on: the downstream domain. */
  readonly host: TransferHost;
}

type Parameters = ReadonlyMap<string, Float32Array>;

/**
 * Trains (or goes on) and tests. @param maxSteps stop at so many recommender steps, pre-training included
 * @throws CancelledError after saving
 */
export async function trainTransfer(
  host: TransferHost,
  maxSteps = Number.POSITIVE_INFINITY,
): Promise<TransferModel & { readonly report: EvaluationReport }> {
  const { config } = host;
  const { transfer } = config;
  const tokenized = { ...host, dataset: tokenizedData(host) };
  const all = await trainTokenizer(tokenized);
  const start = transfer.copies === 'none' ? null : await pretrained(host, tokenized.dataset, all, maxSteps);
  const model = await downstreamModel(host, tokenized.dataset, all);
  const { trainer, source } = model;
  const own = model.host;
  const settings = downstreamSettings(config);
  const evaluate = (split: 'validation' | 'test') =>
    evaluateT5({ ...own, config: { recommender: settings } }, trainer, source, {
      split,
      beamWidth: split === 'test' ? settings.testBeamWidth : settings.validationBeamWidth,
      ...(split === 'validation' ? { maxUsers: settings.validationUsers } : {}),
      name: NAME,
    });
  try {
    const phase = new TrainingPhase(own, trainer, {
      stage: start ? 'fineTuning' : 'recommender',
      newest: 'recommender',
      best: 'best',
      origin: fineTuningOrigin(own, model.identifiers),
      stepOffset: start?.steps ?? 0,
      epochs: settings.epochs,
      validateEvery: settings.validateEvery,
      patience: settings.patience,
      validate: async () => (await evaluate('validation')).report,
    });
    const newest = await host.sink.loadCheckpoint('recommender');
    if (newest) await phase.restore(newest);
    else if (start) trainer.startFrom(copied((await trainer.state()).parameters, start.parameters, transfer.copies));
    await phase.train(maxSteps);
    const best = await host.sink.loadCheckpoint('best');
    if (best) trainer.restore(trainerState(readCheckpoint(best, 'best')));
    const { report } = await evaluate('test');
    host.hooks.evaluation(report);
    return { ...model, report };
  } catch (error) {
    await trainer.dispose();
    throw error;
  }
}

/** Opens the best recommender of a run, without training; null if there is none. @throws FormatError, ConfigError for files of another run */
export async function openTransfer(host: TransferHost): Promise<TransferModel | null> {
  const dataset = tokenizedData(host);
  const all = await openIdentifiers({ ...host, dataset });
  const file = (await host.sink.loadCheckpoint('best')) ?? (await host.sink.loadCheckpoint('recommender'));
  if (!all || !file) return null;
  const model = await downstreamModel(host, dataset, all);
  const checkpoint = readCheckpoint(file, 'recommender');
  try {
    requireSameOrigin(checkpoint.identity, fineTuningOrigin(model.host, model.identifiers), 'recommender');
    model.trainer.restore(trainerState(checkpoint));
    return model;
  } catch (error) {
    await model.trainer.dispose();
    throw error;
  }
}

/** The pre-trained values of what `copies` names, the given ones of the rest. */
export function copied(fresh: Parameters, pretrained: Parameters, copies: Copies): Parameters {
  const isTaken = (name: string): boolean =>
    copies === 'all' ||
    (copies !== 'none' && name === 'shared.weight') ||
    (copies === 'encoder' && name.startsWith('encoder.'));
  return new Map([...fresh].map(([name, values]) => [name, (isTaken(name) && pretrained.get(name)) || values]));
}

function tokenizedData({ dataset, config }: TransferHost): Dataset {
  const { pretraining, downstream, tokenizer } = config.transfer;
  return restrictToDomains(dataset, tokenizer === 'shared' ? [...pretraining, downstream] : [downstream]);
}

/** Identifiers of the items of `part`, a restriction of the data that `all` belongs to. */
async function identifiersOf(part: Dataset, whole: Dataset, all: Identifiers): Promise<Identifiers> {
  const digits = all.levels + 1;
  const own = new Uint16Array(part.itemCount * digits);
  part.items.ids.forEach((id, at) => {
    const item = whole.items.indexOfId.get(id);
    if (item === undefined)
      throw new ConfigError('transfer/item', `transfer: item "${id}" has no identifier; train the tokenizer again.`);
    own.set(all.digits.subarray(item * digits, (item + 1) * digits), at * digits);
  });
  return makeIdentifiers(all.levels, all.codes, own);
}

function newTrainer(host: TransferHost, settings: RecommenderConfig, source: TokenSource): T5Trainer {
  const { engine, dataset, config } = host;
  return new T5Trainer({ engine, config: settings, source, sequences: dataset.sequences, seed: config.seed });
}

async function downstreamModel(host: TransferHost, whole: Dataset, all: Identifiers): Promise<TransferModel> {
  const { config } = host;
  const own = { ...host, dataset: restrictToDomains(host.dataset, [config.transfer.downstream]) };
  const identifiers = await identifiersOf(own.dataset, whole, all);
  const source = tokenSource(identifiers, config.recommender);
  return { trainer: newTrainer(own, downstreamSettings(config), source), identifiers, source, host: own };
}

/** Trains on the mixture without validation; the last state counts, as in the published recipe. */
async function pretrained(
  host: TransferHost,
  whole: Dataset,
  all: Identifiers,
  maxSteps: number,
): Promise<{ parameters: Parameters; steps: number }> {
  const { config } = host;
  const sink = await host.pretrainingSink();
  const upstream = { ...host, sink, dataset: restrictToDomains(host.dataset, config.transfer.pretraining) };
  const identifiers = await identifiersOf(upstream.dataset, whole, all);
  const trainer = newTrainer(upstream, config.recommender, tokenSource(identifiers, config.recommender));
  try {
    const phase = new TrainingPhase(upstream, trainer, {
      stage: 'recommender',
      newest: 'recommender',
      best: 'best',
      origin: originOf(upstream, { recommender: config.recommender, identifiers: identifiers.hash }),
      stepOffset: 0,
      epochs: config.recommender.epochs,
      validateEvery: 1,
      patience: 0,
      validate: null,
    });
    const newest = await sink.loadCheckpoint('recommender');
    if (newest) await phase.restore(newest);
    await phase.train(maxSteps);
    return { parameters: (await trainer.state()).parameters, steps: trainer.totalSteps };
  } finally {
    await trainer.dispose();
  }
}

const originOf = ({ config, dataset }: TransferHost, made: object) => ({
  kind: 'recommender' as const,
  config: JSON.stringify({ seed: config.seed, system: config.system, ...made }),
  dataHash: dataset.contentHash,
});

/** The pre-training's settings count only where something of it was copied. */
function fineTuningOrigin(host: TransferHost, identifiers: Identifiers) {
  const { config } = host;
  const { copies, pretraining } = config.transfer;
  const start = copies === 'none' ? null : { copies, pretraining, recommender: config.recommender };
  return originOf(host, { recommender: downstreamSettings(config), identifiers: identifiers.hash, start });
}
