/**
 * UTGRec's runs in the page. The tokenizer step trains the tokenizer: on the whole data set, or on the pre-training domains
 * where the configuration transfers. The recommender step does the rest of the run (train/utgrecJob).
 */
import { ConfigError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { restrictToDomains } from '../data/restrict';
import { loadUseLiteTokenizer } from '../encoders/useLiteWeights';
import type { CodeShape } from '../evaluate/codeWall';
import type { RunStore } from '../storage/runStore';
import { bookNames, bookOfLevel, entriesOfLevel } from '../tokenizers/utgrec/treeQuantiser';
import type { JobHost } from '../train/context';
import type { VaeFiles } from '../train/onnxLatents';
import type { RunSink } from '../train/runSink';
import type { UtgrecConfig } from '../train/utgrecConfig';
import { openUtgrecGallery, type UtgrecGallery } from '../train/utgrecGallery';
import type { UtgrecRunHost } from '../train/utgrecJob';
import { type FinishedTokenizer, openTokenizer } from '../train/utgrecTokenizerFile';
import { trainUtgrecTokenizer } from '../train/utgrecTokenizerJob';
import { decodePicture } from './decodePicture';
import { storeSink } from './storeSink';
import { CURRENT_RUN, type OpenData, PRETRAINING_RUN } from './workspace';

/** Level by level: the size of the book that serves it and its name. */
export const utgrecBooks = ({ tokenizer: { quantiser } }: UtgrecConfig): Pick<CodeShape, 'entries' | 'books'> => {
  const levels = [...Array(quantiser.levels).keys()];
  return {
    entries: levels.map((level) => entriesOfLevel(quantiser, level)),
    books: bookNames(quantiser).length < quantiser.levels ? levels.map((level) => bookOfLevel(quantiser, level)) : null,
  };
};

/** Whether the run learns on other domains first. */
export const hasPretraining = ({ transfer }: Pick<UtgrecConfig, 'transfer'>): boolean =>
  transfer !== null && transfer.pretraining.length > 0;

/** What the tokenizer step trains on, and where its results go. */
export interface TokenizerPlace {
  readonly dataset: Dataset;
  readonly run: string;
}

/** @throws ConfigError `data/domain` for a domain that the data set does not have */
export function tokenizerPlace({ transfer }: UtgrecConfig, dataset: Dataset): TokenizerPlace {
  if (!transfer) return { dataset, run: CURRENT_RUN };
  // Without pre-training the tokenizer starts on the downstream domain (ablation 7).
  if (!hasPretraining({ transfer }))
    return { dataset: restrictToDomains(dataset, [transfer.downstream]), run: CURRENT_RUN };
  return { dataset: restrictToDomains(dataset, transfer.pretraining), run: PRETRAINING_RUN };
}

/** @throws ConfigError `data/domain` */
export const recommenderDataset = ({ transfer }: UtgrecConfig, dataset: Dataset): Dataset =>
  transfer ? restrictToDomains(dataset, [transfer.downstream]) : dataset;

export interface UtgrecPorts {
  readonly job: JobHost;
  readonly config: UtgrecConfig;
  readonly data: OpenData;
  readonly pretrainingSink: RunSink;
  readonly vaeFiles: VaeFiles;
}

export async function utgrecHost({
  job,
  config,
  data,
  pretrainingSink,
  vaeFiles,
}: UtgrecPorts): Promise<UtgrecRunHost> {
  return {
    ...job,
    config,
    pieces: await loadUseLiteTokenizer(job.readEncoderFile),
    images: data.images,
    decodePicture,
    pretrainingSink: async () => pretrainingSink,
    vaeFiles,
  };
}

/** Trains, goes on or opens what the tokenizer step makes. @throws CancelledError after saving */
export async function trainTokenizerStep(host: UtgrecRunHost): Promise<FinishedTokenizer> {
  const { config, dataset } = host;
  const { tokenizer, seed } = config;
  const place = tokenizerPlace(config, dataset);
  const sink = hasPretraining(config) ? await host.pretrainingSink() : host.sink;
  const own = { ...host, dataset: place.dataset, sink };
  return trainUtgrecTokenizer(own, {
    config: tokenizer,
    recipe: tokenizer.training,
    seed,
    trainsMatrices: true,
    start: null,
    isFrozen: false,
    stepOffset: 0,
  });
}

export interface StoredTokenizer {
  readonly tokenizer: FinishedTokenizer;
  /** Whose items it gave codes. */
  readonly dataset: Dataset;
  /** The store's run that has its snapshots. */
  readonly run: string;
}

/** The newest finished tokenizer of the current run: fine-tuned, else pre-trained. @throws FormatError, ConfigError */
export async function storedTokenizer(
  store: RunStore,
  config: UtgrecConfig,
  dataset: Dataset,
): Promise<StoredTokenizer | null> {
  const places = [{ dataset: recommenderDataset(config, dataset), run: CURRENT_RUN }, tokenizerPlace(config, dataset)];
  for (const place of places) {
    const file = await storeSink(store, place.run, Date.now).loadCheckpoint('tokenizer');
    const tokenizer = file && openTokenizer(file, place.dataset);
    if (tokenizer) return { ...place, tokenizer };
  }
  return null;
}

/** The gallery of the newest tokenizer. The caller disposes. @throws ConfigError `gallery/untrained` */
export async function openStoredGallery(host: UtgrecRunHost, store: RunStore): Promise<UtgrecGallery> {
  const stored = await storedTokenizer(store, host.config, host.dataset);
  if (!stored)
    throw new ConfigError('gallery/untrained', 'gallery: there is no trained UTGRec tokenizer yet; train one first.');
  const sink = stored.run === PRETRAINING_RUN ? await host.pretrainingSink() : host.sink;
  return openUtgrecGallery({ ...host, dataset: stored.dataset, sink }, host.config.tokenizer, stored.tokenizer);
}
