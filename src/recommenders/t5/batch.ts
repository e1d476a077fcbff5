/**
 * Host side of a T5 batch: identifiers of histories and targets as token arrays (mtgrec.md §7). Input of one user:
 * [user] (a switch) + digits of the latest items + [end], right-padded; labels: the target's digits + [end].
 */
import { ShapeError } from '../../base/errors';
import type { SequenceTable } from '../../base/sequenceTable';
import { type Examples, historyOf, targetOf } from '../../data/splits';
import type { Batch } from '../../plan/program';
import { invertIndex } from '../../tensor/ops/embedding';
import { type IdentifierVocabulary, PADDING_TOKEN } from '../identifierVocabulary';
import { IGNORED_LABEL_U32 } from './model';

export interface TokenSource {
  readonly vocabulary: IdentifierVocabulary;
  /** Tokens [N, digits] of every item. */
  readonly tokens: Uint32Array;
}

/**
 * Token source of each row of a batch. Several identifiers for every item (MTGRec) are several sources of one vocabulary;
 * a row's history and target always come from the same one.
 */
export type RowSources = (row: number) => TokenSource;

/** History lengths (in items) that inputs are padded to; few, so that few programs are compiled. */
const LENGTH_STEPS = [2, 4, 6, 8, 11, 15, 20, 30, 50, 100, 200] as const;

/** Smallest padded history length that holds `items`, at most `limit`. */
export function paddedLength(items: number, limit: number): number {
  for (const step of LENGTH_STEPS) if (step >= items && step < limit) return step;
  return limit;
}

/** Tokens of the encoder for a padded history of `items` items. */
export const inputLength = ({ digits, userToken }: IdentifierVocabulary, items: number): number =>
  items * digits + (userToken === null ? 1 : 2);

/** Fills one row of encoder tokens; returns how many are real. @throws ShapeError `t5/item` for an item without identifier */
export function fillInputRow(row: Uint32Array, history: ArrayLike<number>, source: TokenSource): number {
  const { vocabulary, tokens } = source;
  const { digits } = vocabulary;
  let at = 0;
  if (vocabulary.userToken !== null) row[at++] = vocabulary.userToken;
  for (let i = 0; i < history.length; i++) {
    const item = history[i] as number;
    if (!(item >= 0 && (item + 1) * digits <= tokens.length))
      throw new ShapeError(
        't5/item',
        `history: wanted items of a catalogue of ${tokens.length / digits}, came ${item}; leave it out or tokenise it first.`,
      );
    for (let digit = 0; digit < digits; digit++) row[at++] = tokens[item * digits + digit] as number;
  }
  row[at++] = vocabulary.endToken;
  return at;
}

export interface InputArrays {
  /** u32 [rows, length]. */
  readonly tokens: Uint32Array;
  readonly mask: Uint32Array;
  readonly length: number;
}

/** Encoder inputs of several histories, padded to one length; rows without a history (a short last batch) hold only [user][end]. */
export function encodeHistories(
  histories: readonly ArrayLike<number>[],
  rows: number,
  historyLimit: number,
  source: TokenSource | RowSources,
): InputArrays {
  const sourceOf = typeof source === 'function' ? source : () => source;
  const longest = histories.reduce((most, history) => Math.max(most, history.length), 1);
  const length = inputLength(sourceOf(0).vocabulary, paddedLength(longest, historyLimit));
  const tokens = new Uint32Array(rows * length).fill(PADDING_TOKEN);
  const mask = new Uint32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const real = fillInputRow(tokens.subarray(row * length, (row + 1) * length), histories[row] ?? [], sourceOf(row));
    mask.fill(1, row * length, row * length + real);
  }
  return { tokens, mask, length };
}

/** A training batch of `rows` examples; missing rows of a short batch get ignored labels. */
export function trainingBatch(
  table: SequenceTable,
  examples: Examples,
  chosen: Uint32Array,
  rows: number,
  historyLimit: number,
  source: TokenSource | RowSources,
): Batch {
  const { histories, targets } = examplesOf(table, examples, chosen, historyLimit);
  return batchOf(histories, targets, rows, { historyLimit, source });
}

/** History and target of each chosen example; histories are views. */
export function examplesOf(
  table: SequenceTable,
  examples: Examples,
  chosen: Uint32Array,
  historyLimit: number,
): { histories: Uint32Array[]; targets: Uint32Array } {
  const histories: Uint32Array[] = [];
  const targets = new Uint32Array(chosen.length);
  chosen.forEach((example, row) => {
    const user = examples.users[example] as number;
    const end = examples.ends[example] as number;
    histories.push(historyOf(table, user, end, historyLimit));
    targets[row] = targetOf(table, user, end);
  });
  return { histories, targets };
}

/** A training batch of given histories and targets; missing rows of a short batch get ignored labels. */
export function batchOf(
  histories: readonly Uint32Array[],
  targets: Uint32Array,
  rows: number,
  options: { readonly historyLimit: number; readonly source: TokenSource | RowSources },
): Batch {
  const { historyLimit, source } = options;
  const sourceOf = typeof source === 'function' ? source : () => source;
  const { vocabulary } = sourceOf(0);
  const { digits } = vocabulary;
  const steps = digits + 1;
  const labels = new Uint32Array(rows * steps).fill(IGNORED_LABEL_U32);
  const decoderTokens = new Uint32Array(rows * steps).fill(PADDING_TOKEN);
  targets.forEach((item, row) => {
    const { tokens: itemTokens } = sourceOf(row);
    for (let digit = 0; digit < digits; digit++) {
      const token = itemTokens[item * digits + digit] as number;
      labels[row * steps + digit] = token;
      decoderTokens[row * steps + digit + 1] = token;
    }
    labels[row * steps + digits] = vocabulary.endToken;
  });
  const inputs = encodeHistories(histories, rows, historyLimit, source);
  const tokenIndex = invertIndex(inputs.tokens, vocabulary.size);
  const decoderIndex = invertIndex(decoderTokens, vocabulary.size);
  const shape = [rows, inputs.length];
  return {
    tokens: { data: inputs.tokens, shape },
    mask: { data: inputs.mask, shape },
    decoderTokens: { data: decoderTokens, shape: [rows, steps] },
    labels: { data: labels, shape: [rows, steps] },
    tokenOrder: { data: tokenIndex.order, shape: [tokenIndex.order.length] },
    tokenStarts: { data: tokenIndex.starts, shape: [tokenIndex.starts.length] },
    decoderOrder: { data: decoderIndex.order, shape: [decoderIndex.order.length] },
    decoderStarts: { data: decoderIndex.starts, shape: [decoderIndex.starts.length] },
  };
}
