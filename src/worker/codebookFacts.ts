/** What a stored tokenizer says about the items of its data set: codes before and after resolution, vectors, popularity. */
import type { Dataset } from '../data/dataset';
import type { CodedItems } from '../evaluate/codePaths';
import { collisionReport, type ItemVectors } from '../evaluate/collisions';
import { type LevelMargin, levelMargins, prefixMargins } from '../evaluate/splitLevels';
import { codebookName } from '../quantize/residualQuantise';
import type { RunStore } from '../storage/runStore';
import { encodeOnHost } from '../tokenizers/rqvae/hostEncoder';
import { bookOfLevel, entriesOfLevel } from '../tokenizers/utgrec/treeQuantiser';
import { type Checkpoint, floatsIn, readCheckpoint } from '../train/checkpoint';
import type { RunConfig } from '../train/config';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import { openIdentifiers } from '../train/tokenizerJob';
import type { UtgrecConfig } from '../train/utgrecConfig';
import type { FinishedTokenizer } from '../train/utgrecTokenizerFile';
import type { ConflictPolicy, MapSource } from './protocol/codebooks';
import { storeSink } from './storeSink';
import { storedTokenizer, tokenizerPlace } from './utgrecRuns';
import { CURRENT_RUN } from './workspace';

export interface CodebookFacts {
  readonly dataset: Dataset;
  /** The store's run that has the snapshots. */
  readonly run: string;
  /** Before conflicts are resolved, as far as they are known. */
  readonly coded: CodedItems;
  readonly isBeforeResolution: boolean;
  readonly policy: ConflictPolicy;
  /** Null before the tokenizer is done. */
  readonly resolved: { readonly digits: Uint16Array; readonly width: number } | null;
  /** Of UTGRec's items, packed. */
  readonly resolutions: Uint16Array | null;
  /** Interactions of every item, u32 [N]. */
  readonly popularity: Uint32Array;
  readonly vectors: (ItemVectors & { readonly source: MapSource }) | null;
  /** Latents of items and the books that quantise them; null where the encoder is not kept. */
  readonly encoder: { latent(item: number): Float32Array; readonly books: readonly Float32Array[] } | null;
  /** How near an item is to other codes, level by level; null where what was quantised is not kept. */
  readonly margins: ((item: number) => readonly LevelMargin[]) | null;
}

/** The steps of the snapshots of the newest tokenizer, ascending, and the run that has them. */
export async function snapshotSteps(store: RunStore, run: string): Promise<readonly number[]> {
  return (await store.listSnapshots(run)).map(({ step }) => step).sort((a, b) => a - b);
}

export async function snapshotAt(store: RunStore, run: string, step: number): Promise<Uint16Array | null> {
  const info = (await store.listSnapshots(run)).find((snapshot) => snapshot.step === step);
  return (info && (await store.readSnapshot(run, info.name))?.slice()) ?? null;
}

/** Null before the first snapshot. @throws FormatError, ConfigError for files of another run */
export async function codebookFacts(
  store: RunStore,
  config: SystemConfig,
  dataset: Dataset,
): Promise<CodebookFacts | null> {
  return isUtgrec(config) ? utgrecFacts(store, config, dataset) : residualFacts(store, config, dataset);
}

async function residualFacts(store: RunStore, config: RunConfig, dataset: Dataset): Promise<CodebookFacts | null> {
  const sink = storeSink(store, CURRENT_RUN, Date.now);
  const identifiers = await openIdentifiers({ dataset, config, sink });
  const { levels } = config.tokenizer;
  const codes = identifiers
    ? Uint16Array.from(identifiers.digits).filter((_, at) => at % (levels + 1) < levels)
    : await newestSnapshot(store, CURRENT_RUN, dataset.itemCount * levels);
  if (!codes) return null;
  const embeddings = await sink.loadCheckpoint('embeddings');
  const values = embeddings && floatsIn(readCheckpoint(embeddings, 'embeddings'), 'vectors').get('whitened');
  const width = config.encoder.components;
  const vectors = values?.length === dataset.itemCount * width ? { values, width, source: 'whitened' as const } : null;
  const file = identifiers && vectors && (await sink.loadCheckpoint('tokenizer'));
  const encoder = file ? residualEncoder(readCheckpoint(file, 'tokenizer'), config, vectors) : null;
  return {
    ...shared(dataset, codes, levels),
    run: CURRENT_RUN,
    isBeforeResolution: true,
    policy: 'digit',
    resolved: identifiers && { digits: identifiers.digits, width: levels + 1 },
    resolutions: null,
    vectors,
    encoder,
    margins: encoder && ((item) => levelMargins(encoder.latent(item), encoder.books)),
  };
}

function residualEncoder(
  checkpoint: Checkpoint,
  { tokenizer }: RunConfig,
  { values, width }: ItemVectors,
): CodebookFacts['encoder'] {
  const parameters = floatsIn(checkpoint, 'parameters');
  const books: Float32Array[] = [];
  for (let level = 0; level < tokenizer.levels; level++) {
    const book = parameters.get(codebookName(level));
    if (book) books.push(book);
  }
  if (books.length < tokenizer.levels) return null;
  const sizes = { inputDim: width, hidden: tokenizer.hiddenWidths, latentDim: tokenizer.latentWidth };
  return {
    books,
    latent: (item) => encodeOnHost(parameters, sizes, values.subarray(item * width, (item + 1) * width)),
  };
}

async function utgrecFacts(store: RunStore, config: UtgrecConfig, whole: Dataset): Promise<CodebookFacts | null> {
  const stored = await storedTokenizer(store, config, whole);
  const { dataset, run } = stored ?? tokenizerPlace(config, whole);
  const { levels } = config.tokenizer.quantiser;
  const newest = await newestSnapshot(store, run, dataset.itemCount * levels);
  const tokenizer = stored?.tokenizer ?? null;
  // The last snapshot is taken right before conflicts are resolved; one that came from elsewhere shows by its rate.
  const isBefore = newest !== null && (!tokenizer || hasRate(newest, levels, tokenizer.quality.conflictRateBefore));
  const codes = isBefore ? newest : tokenizer?.codes;
  if (!codes) return null;
  return {
    ...shared(dataset, codes, levels),
    run,
    isBeforeResolution: isBefore,
    policy: 'nextNearest',
    resolved: tokenizer && { digits: tokenizer.codes, width: levels },
    resolutions: tokenizer?.resolutions ?? null,
    ...(tokenizer ? vectorsOf(tokenizer, config, codes) : { vectors: null, margins: null }),
    encoder: null,
  };
}

function hasRate(codes: Uint16Array, levels: number, rate: number): boolean {
  const coded = { codes, levels, domainOfItem: null, domainNames: [], titles: [] };
  const [all] = collisionReport(coded, new Uint32Array(codes.length / levels), null).groups;
  return Math.abs((all?.rate ?? 0) - rate) < 1e-9;
}

/** z of every level side by side where the file keeps what was quantised; else sums of entries, and no margins. */
function vectorsOf(
  tokenizer: FinishedTokenizer,
  config: UtgrecConfig,
  codes: Uint16Array,
): Pick<CodebookFacts, 'vectors' | 'margins'> {
  const { levels, width } = config.tokenizer.quantiser;
  const { vectors } = tokenizer;
  const size = levels * width;
  const books = entriesByLevel(tokenizer, config);
  if (vectors?.length !== (codes.length / levels) * size)
    return { vectors: { ...entrySums(books, codes, width), source: 'entries' }, margins: null };
  // v_1 = z_1, v_j = z_j − z_{j−1}: running sums give z back.
  const values = vectors.slice();
  for (let at = 0; at < values.length; at++)
    if (at % size >= width) values[at] = (values[at] ?? 0) + (values[at - width] ?? 0);
  return {
    vectors: { values, width: size, source: 'content' },
    margins: (item) => prefixMargins(vectors.subarray(item * size, (item + 1) * size), books),
  };
}

/** Entries E = C·W of the book that serves each level. */
function entriesByLevel({ parameters }: FinishedTokenizer, { tokenizer }: UtgrecConfig): Float32Array[] {
  const { quantiser } = tokenizer;
  return Array.from({ length: quantiser.levels }, (_, level) => {
    const name = bookOfLevel(quantiser, level);
    const matrix = parameters.get(`${name}.matrix`) ?? new Float32Array();
    const projection = parameters.get(`${name}.projection`) ?? new Float32Array();
    return product(matrix, projection, entriesOfLevel(quantiser, level), quantiser.width);
  });
}

/** Σ over levels of the entries E = C·W of each item's codes, `[N, D]`: what UTGRec's decoders read at the last level. */
function entrySums(books: readonly Float32Array[], codes: Uint16Array, width: number): ItemVectors {
  const levels = books.length;
  const values = new Float32Array((codes.length / levels) * width);
  codes.forEach((code, at) => {
    const book = books[at % levels] ?? new Float32Array();
    const row = Math.floor(at / levels) * width;
    for (let d = 0; d < width; d++) values[row + d] = (values[row + d] ?? 0) + (book[code * width + d] ?? 0);
  });
  return { values, width };
}

/** [rows, width] · [width, width] */
function product(a: Float32Array, b: Float32Array, rows: number, width: number): Float32Array {
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < width; k++) {
      const value = a[row * width + k] ?? 0;
      for (let d = 0; d < width; d++)
        out[row * width + d] = (out[row * width + d] ?? 0) + value * (b[k * width + d] ?? 0);
    }
  return out;
}

function shared(
  dataset: Dataset,
  codes: Uint16Array,
  levels: number,
): Pick<CodebookFacts, 'dataset' | 'coded' | 'popularity'> {
  const { domainOfItem, domainNames, titles } = dataset.items;
  const popularity = new Uint32Array(dataset.itemCount);
  for (const item of dataset.sequences.items) popularity[item] = (popularity[item] ?? 0) + 1;
  return { dataset, popularity, coded: { codes, levels, domainOfItem, domainNames, titles } };
}

async function newestSnapshot(store: RunStore, run: string, length: number): Promise<Uint16Array | null> {
  const last = (await snapshotSteps(store, run)).at(-1);
  const codes = last === undefined ? null : await snapshotAt(store, run, last);
  return codes?.length === length ? codes : null;
}
