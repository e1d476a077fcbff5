/** What the store has of the current run, for the page to show and to go on from. */
import type { Dataset } from '../data/dataset';
import type { CodeShape } from '../evaluate/codeWall';
import type { RunStore } from '../storage/runStore';
import type { RunConfig } from '../train/config';
import { openCurriculum } from '../train/pretrainingJob';
import type { DriftReport, MetricRow } from '../train/reports';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import { codebookReport, openDrift, openIdentifiers, openTokenizers } from '../train/tokenizerJob';
import type { UtgrecConfig } from '../train/utgrecConfig';
import { treeReport } from '../train/utgrecReport';
import { type ItemCodes, ofCodes, ofIdentifiers } from './itemCodes';
import type { RestoredState } from './protocol';
import { storedEvaluations, storedRows, storeSink } from './storeSink';
import { hasPretraining, storedTokenizer, tokenizerPlace, utgrecBooks } from './utgrecRuns';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

export type Books = Pick<CodeShape, 'entries' | 'books'>;

export interface RestoredRun {
  /** Null before the tokenizer is done. */
  readonly items: ItemCodes | null;
  /** Whose codes are shown, and the store's run that has their snapshots. */
  readonly dataset: Dataset;
  readonly run: string;
  readonly books: Books;
  /** Of the tokenizer. */
  readonly lastStep: number;
  readonly drift: readonly DriftReport[];
  readonly tokenizer: Omit<RestoredState['tokenizer'], 'drift'>;
  readonly recommender: Omit<RestoredState['recommender'], 'hasModel'>;
}

/** @throws FormatError, ConfigError for files of another run */
export async function restoredRun(store: RunStore, config: SystemConfig, dataset: Dataset): Promise<RestoredRun> {
  const evaluations = await storedEvaluations(store, CURRENT_RUN);
  const own = await storedRows(store, CURRENT_RUN);
  const upstream = isUtgrec(config) && hasPretraining(config) ? await storedRows(store, PRETRAINING_RUN) : [];
  const rows = [...upstream, ...continued(upstream, own)];
  const recommender = {
    isDone: evaluations.some((report) => report.kind === 'model' && report.split === 'test'),
    rows: rows.filter((row) => row.run === 'recommender'),
    evaluations,
    curriculum: [],
  };
  const tokenizerRows = rows.filter((row) => row.run === 'tokenizer');
  if (isUtgrec(config)) return { ...(await utgrecPart(store, config, dataset, tokenizerRows)), recommender };
  const stored = { dataset, config, sink: storeSink(store, CURRENT_RUN, Date.now) };
  const identifiers = await openIdentifiers(stored);
  const tokenizers = config.multiIdentifier ? await openTokenizers(stored) : null;
  const lastStep = tokenizerRows.at(-1)?.step ?? 0;
  return {
    items: identifiers && ofIdentifiers(dataset, identifiers),
    dataset,
    run: CURRENT_RUN,
    books: residualBooks(config),
    lastStep,
    drift: await openDrift(stored),
    tokenizer: {
      isDone: identifiers !== null,
      rows: tokenizerRows,
      codebook: identifiers && codebookReport(dataset, identifiers, lastStep),
      quality: null,
    },
    recommender: { ...recommender, curriculum: tokenizers ? await openCurriculum(stored, tokenizers) : [] },
  };
}

/** Runs of older versions counted a fine-tuned tokenizer's steps from 0 again. */
function continued(upstream: readonly MetricRow[], own: readonly MetricRow[]): readonly MetricRow[] {
  const end = upstream.findLast((row) => row.run === 'tokenizer')?.step ?? 0;
  return own.map((row) => (row.run === 'tokenizer' && row.step <= end ? { ...row, step: row.step + end } : row));
}

async function utgrecPart(
  store: RunStore,
  config: UtgrecConfig,
  dataset: Dataset,
  rows: RestoredState['tokenizer']['rows'],
): Promise<Omit<RestoredRun, 'recommender'>> {
  const { quantiser } = config.tokenizer;
  const stored = await storedTokenizer(store, config, dataset);
  const place = stored ?? tokenizerPlace(config, dataset);
  const lastStep = (await storedRows(store, place.run)).findLast((row) => row.run === 'tokenizer')?.step ?? 0;
  return {
    items: stored && ofCodes(stored.dataset, stored.tokenizer.codes, quantiser.levels),
    dataset: place.dataset,
    run: place.run,
    books: utgrecBooks(config),
    lastStep,
    drift: [],
    tokenizer: {
      isDone: stored !== null,
      rows,
      codebook: stored && treeReport(stored.dataset, quantiser, stored.tokenizer.codes, lastStep),
      quality: stored?.tokenizer.quality ?? null,
    },
  };
}

/** Sizes of RQ-VAE's books, level by level. */
export const residualBooks = ({ tokenizer }: RunConfig): Books => ({
  entries: new Array<number>(tokenizer.levels).fill(tokenizer.codes),
  books: null,
});

/** What decides a tokenizer: its recommender may change without it. */
export function tokenizerPartOf(config: SystemConfig): string {
  if (isUtgrec(config)) return JSON.stringify([config.seed, config.tokenizer, config.transfer?.pretraining ?? null]);
  return JSON.stringify([config.seed, config.encoder, config.tokenizer]);
}
