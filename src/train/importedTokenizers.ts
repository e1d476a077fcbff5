/**
 * Tokenizers made elsewhere (mtgrec.md §1.1): the codes of one or K files become the finished tokenizer of a run, as if it had
 * trained them. Conflict digits are counted again in the data set's item order (§4); a file's own are only checked.
 */
import { ConfigError, ConflictError, FormatError } from '../base/errors';
import type { SemanticIds } from '../formats/semanticIds';
import { appendConflictDigits, CONFLICT_DIGITS } from '../quantize/conflict';
import { type Arrays, readCheckpoint, writeCheckpoint } from './checkpoint';
import type { TokenizerConfig } from './config';
import type { JobContext } from './context';
import { keptEpochs, tokenizerOrigin } from './tokenizerJob';

export interface CodeFile {
  readonly name: string;
  readonly table: SemanticIds;
}

/** Epoch in a reference name, `…_9986.sem_ids`. */
const EPOCH = /_(\d+)\.sem_ids(\.gz)?$/;

/**
 * Saves the codes as the run's tokenizer; a recommender trains on them as on its own.
 * @throws ConfigError `identifiers/count`; FormatError `mtgrec/missing-epoch`, `mtgrec/item-sets`, `identifiers/levels`,
 *   `identifiers/code`, `identifiers/counter`, `identifiers/collision`; ConflictError `identifiers/taken`
 */
export async function importTokenizers(
  { config, dataset, sink }: Pick<JobContext, 'config' | 'dataset' | 'sink'>,
  files: readonly CodeFile[],
): Promise<void> {
  const { tokenizer } = config;
  const arrays = new Map<string, Uint16Array>();
  for (const [epoch, file] of filesByEpoch(tokenizer, files)) {
    const codes = codesOf(file, tokenizer, dataset.items.ids);
    if (tokenizer.keep !== undefined) arrays.set(`kept/${epoch}`, codes);
    arrays.set('identifiers', withDigits(codes, tokenizer));
  }
  await refuseOthers(sink, arrays);
  await sink.saveCheckpoint(
    'tokenizer',
    writeCheckpoint({ ...tokenizerOrigin(config, dataset.contentHash), adapter: 'imported' }, arrays as Arrays, {
      epoch: tokenizer.epochs,
    }),
  );
}

const withDigits = (codes: Uint16Array, { levels, firstDigit }: TokenizerConfig): Uint16Array =>
  appendConflictDigits(codes, levels, CONFLICT_DIGITS - 1, firstDigit === 0 ? 0 : 1);

/** Every kept epoch with its file: by the number in the name, else in the given order. */
function filesByEpoch(tokenizer: TokenizerConfig, files: readonly CodeFile[]): [number, CodeFile][] {
  const epochs = keptEpochs(tokenizer);
  if (files.length !== epochs.length)
    throw new ConfigError(
      'identifiers/count',
      `identifiers: wanted ${epochs.length} files of codes (tokenizer.keep), got ${files.length}; give one a tokenizer or change tokenizer.keep.`,
    );
  const named = new Map(files.map((file) => [Number(EPOCH.exec(file.name)?.[1] ?? Number.NaN), file]));
  if (files.every(({ name }) => !EPOCH.test(name))) return epochs.map((epoch, k) => [epoch, files[k] as CodeFile]);
  return epochs.map((epoch) => {
    const file = named.get(epoch);
    if (!file)
      throw new FormatError(
        'mtgrec/missing-epoch',
        `identifiers: wanted a file of epoch ${epoch} (…_${epoch}.sem_ids), there is none among ${files.map(({ name }) => name).join(', ')}; add it or correct tokenizer.epochs, keep and keepEvery.`,
      );
    return [epoch, file];
  });
}

/** Codes [N, levels] in the data set's item order, a counter at the end left out. */
function codesOf({ name, table }: CodeFile, tokenizer: TokenizerConfig, ids: readonly string[]): Uint16Array {
  const { levels, codes: entries, firstDigit = 1 } = tokenizer;
  const { levelCount } = table;
  const refuse = (code: string, what: string): never => {
    throw new FormatError(code, `${name}: ${what}`);
  };
  if (levelCount !== levels && levelCount !== levels + 1)
    refuse(
      'identifiers/levels',
      `wanted ${levels} codes an item, and a counter if there is one, got ${levelCount} numbers; set tokenizer.levels to what the file has.`,
    );
  const rowOf = new Map(table.ids.map((id, row) => [id, row]));
  const unknown = table.ids.length === ids.length ? undefined : table.ids.find((id) => !ids.includes(id));
  const result = new Uint16Array(ids.length * levels);
  const owners = new Map<string, string>();
  for (const [item, id] of ids.entries()) {
    const row = rowOf.get(id);
    if (row === undefined)
      return refuse(
        'mtgrec/item-sets',
        `has no codes of item "${id}"; every tokenizer must cover the ${ids.length} items of the data set.`,
      );
    const numbers = table.codes.subarray(row * levelCount, (row + 1) * levelCount);
    const wrong = numbers.subarray(0, levels).findIndex((code) => code >= entries);
    if (wrong >= 0)
      refuse(
        'identifiers/code',
        `item "${id}": code ${numbers[wrong]} at level ${wrong} wants to be below ${entries}; set tokenizer.codes to what the file has.`,
      );
    if (levelCount > levels) {
      const counter = numbers[levels] as number;
      if (counter < firstDigit || counter >= CONFLICT_DIGITS)
        refuse(
          'identifiers/counter',
          `item "${id}": counter ${counter} wants to be from ${firstDigit} to ${CONFLICT_DIGITS - 1}; ${counter === CONFLICT_DIGITS ? 'it would be the user token' : 'it would be another token'}.`,
        );
      const owner = owners.get(numbers.join());
      if (owner !== undefined)
        refuse('identifiers/collision', `items "${owner}" and "${id}" have the same identifier; count collisions.`);
      owners.set(numbers.join(), id);
    }
    result.set(numbers.subarray(0, levels), item * levels);
  }
  if (unknown !== undefined)
    refuse(
      'mtgrec/item-sets',
      `has codes of "${unknown}", which is no item of the data set; give the data they are of.`,
    );
  return result;
}

/** @throws ConflictError `identifiers/taken` if the run has another tokenizer */
async function refuseOthers(sink: JobContext['sink'], arrays: ReadonlyMap<string, Uint16Array>): Promise<void> {
  const file = await sink.loadCheckpoint('tokenizer');
  if (!file) return;
  const known = readCheckpoint(file, 'tokenizer').arrays;
  const isSame = [...arrays].every(([name, values]) => String(known.get(name) ?? '') === String(values));
  if (!isSame)
    throw new ConflictError(
      'identifiers/taken',
      'identifiers: the run has another tokenizer already; start a new run.',
    );
}
