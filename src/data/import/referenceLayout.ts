/**
 * The layout of the UTGRec and MTGRec repositories: `all_item_seqs.json`, `id_mapping.json`, `metadata.sentence.json`,
 * `Images/<item id>.jpg`, `*.sem_ids`, `*.sent_emb`. All JSON files are read entry by entry, at any size.
 */
import { isIdText } from '../../formats/fields';
import { describeValue, formatProblem, type Place } from '../../formats/formatProblem';
import { type JsonEntriesOptions, readJsonEntries } from '../../formats/jsonEntries';
import type { JsonValue } from '../../formats/strictJson';
import { splitPath } from './byteSources';
import { type ImportContext, type ImportPart, partsOf } from './candidate';
import { readImageFiles } from './imageFiles';
import { rejectRow } from './rejects';
import type { ByteSource } from './sink';
import { readRawMatrix } from './vectors';

/** Longest title made of a text's first sentence. */
const MAX_TITLE_CHARACTERS = 120;
/** Entry 0 of the lists is padding. */
const PADDING = '[PAD]';

/**
 * Reads the parts `mapping`, `metadata`, `sequences`, `semanticIds`, `rawVectors` and `image`. Items come in the order of
 * `id_mapping.json`, where there is one.
 */
export async function readReferenceLayout(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  const { sink } = context;
  const order: string[] = [];
  for (const source of partsOf(parts, 'mapping')) {
    const wants = (parent: string): boolean => parent === 'id2item';
    await eachEntry(
      source,
      context,
      ({ value, line }) => {
        if (typeof value !== 'string' || value === PADDING) return;
        const id = checkedId(value, { file: source.name, line, field: 'id2item' });
        order.push(id);
        sink.item({ id, title: '', text: '', categories: [], brand: '', imageUrl: '' });
      },
      { depth: 2, wants },
    );
  }
  for (const source of partsOf(parts, 'metadata')) {
    await eachEntry(source, context, ({ key, value, line }) => {
      const id = checkedId(key, { file: source.name, line });
      const text = textOf(value, { file: source.name, line, field: id });
      sink.item({ id, title: titleOf(text), text, categories: [], brand: '', imageUrl: '' });
    });
  }
  for (const source of partsOf(parts, 'sequences')) {
    await eachEntry(source, context, ({ key, value, line }) => {
      const user = checkedId(key, { file: source.name, line });
      sink.sequence(user, idsOf(value, { file: source.name, line, field: user }));
    });
  }
  await readSemanticIdFiles(parts, context);
  const itemOrder = order.length > 0 ? order : (context.options.itemOrder ?? []);
  for (const source of partsOf(parts, 'rawVectors')) await readRawMatrix(source, itemOrder, context);
  await readImageFiles(parts, context);
}

/** Reads the parts `semanticIds`: objects item id -> codes, one a level. The file's name without its ending is the tokenizer's. */
export async function readSemanticIdFiles(parts: readonly ImportPart[], context: ImportContext): Promise<void> {
  for (const source of partsOf(parts, 'semanticIds')) {
    const tokenizer =
      context.options.tokenizer ?? splitPath(source.name).file.replace(/(\.gz|\.sem_ids|\.json)+$/i, '');
    let levels = 0;
    await eachEntry(source, context, ({ key, value, line }) => {
      const place = { file: source.name, line, field: key };
      const codes = codesOf(value, place);
      levels ||= codes.length;
      if (codes.length !== levels) {
        const problem = { wanted: `${levels} codes`, came: `${codes.length}`, remedy: 'use one length' };
        throw formatProblem('codes/levels', place, problem);
      }
      context.sink.codes(tokenizer, checkedId(key, place), codes);
    });
  }
}

async function eachEntry(
  source: ByteSource,
  { meter, sink }: ImportContext,
  onEntry: JsonEntriesOptions['onEntry'],
  more: Pick<JsonEntriesOptions, 'depth' | 'wants'> = {},
): Promise<void> {
  await readJsonEntries(await meter.openInflated(source), {
    ...more,
    file: source.name,
    onEntry,
    onBad: (error, line, column, text) => rejectRow(sink, { file: source.name, line, column, text }, error),
    settle: () => meter.settle(),
  });
}

function checkedId(id: string, place: Place): string {
  if (isIdText(id)) return id;
  const problem = { wanted: 'an id of 1 to 256 characters', came: describeValue(id), remedy: 'correct or remove it' };
  throw formatProblem('field/id', place, problem);
}

function idsOf(value: JsonValue, place: Place): string[] {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : null;
  const ids = list?.map((id) => (typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id));
  const isIds = ids?.every((id): id is string => typeof id === 'string' && isIdText(id)) ?? false;
  if (ids !== undefined && ids.length > 0 && isIds) return ids.map(String);
  const problem = {
    wanted: 'a list of ids',
    came: describeValue(value),
    remedy: 'write the ids in order, oldest first',
  };
  throw formatProblem('field/ids', place, problem);
}

function codesOf(value: JsonValue, place: Place): number[] {
  const isCode = (code: JsonValue): code is number =>
    typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= 0xffff;
  if (Array.isArray(value) && value.length > 0 && value.length <= 26 && value.every(isCode)) return [...value];
  const wanted = 'a list of 1 to 26 codes, whole numbers below 65,536';
  const problem = { wanted, came: describeValue(value), remedy: 'write one code a level' };
  throw formatProblem('codes/tokens', place, problem);
}

function textOf(value: JsonValue, place: Place): string {
  if (typeof value === 'string') return value;
  const problem = { wanted: 'a text', came: describeValue(value), remedy: 'write one text an item' };
  throw formatProblem('field/text', place, problem);
}

/** The files have no titles, but their texts begin with them: the first sentence, for lists and search. */
function titleOf(text: string): string {
  const end = /[.!?](\s|$)/.exec(text)?.index ?? text.length;
  return text.slice(0, Math.min(end, MAX_TITLE_CHARACTERS)).trim();
}
