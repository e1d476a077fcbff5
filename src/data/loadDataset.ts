/**
 * Reads a data folder: `items.jsonl.gz`, `sequences.jsonl.gz` and, where there is one, the index of a picture file.
 * Each file may also come unpacked (`items.jsonl`). The result is complete and checked, or nothing.
 */
import { CancelledError, FormatError } from '../base/errors';
import type { SequenceTable } from '../base/sequenceTable';
import { formatProblem } from '../formats/formatProblem';
import { inflateIfGzip } from '../formats/gzip';
import { type JsonLine, readJsonLines } from '../formats/jsonLines';
import { contentHash } from './contentHash';
import type { DataSource } from './dataSource';
import type { Dataset, DatasetReport, ImageIndex, ItemColumns } from './dataset';
import { readImageIndex } from './imageIndex';
import { ItemReader } from './itemReader';
import { MIN_USER_EVENTS, SequenceReader } from './sequenceReader';

export interface LoadOptions {
  /** Share of a file's lines that may be bad and are then skipped and counted; default 0: the first bad line stops. */
  readonly maxBadLineShare?: number;
  /** Most bytes a file may unpack to. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface LoadProgress {
  readonly file: string;
  /** Lines read so far. */
  readonly lines: number;
}

const ITEM_FILES = ['items.jsonl.gz', 'items.jsonl'];
const SEQUENCE_FILES = ['sequences.jsonl.gz', 'sequences.jsonl'];
const IMAGE_INDEX_FILES = ['images.json', 'posters.json'];
const LINES_PER_PROGRESS = 2000;
const BAD_LINE_MESSAGES_KEPT = 20;

/**
 * Loads and checks a data set. Without a sequence file it has items and no users (a catalogue for tokenizers).
 * @throws FormatError naming file, line, field and remedy: `dataset/missing`, `dataset/noItems`, `dataset/noUsers`,
 *   `dataset/tooManyBadLines` and the codes of the readers; CancelledError when `signal` fires
 */
export async function loadDataset(
  source: DataSource,
  options: LoadOptions = {},
  onProgress?: (progress: LoadProgress) => void,
): Promise<Dataset> {
  const badLineMessages: string[] = [];
  const open = (files: readonly string[]) => openLines(source, files, options, badLineMessages, onProgress);

  const itemLines = await open(ITEM_FILES);
  if (itemLines === null) {
    const problem = { wanted: 'the item file', came: `no such file in ${source.name}`, remedy: 'add items.jsonl.gz' };
    throw formatProblem('dataset/missing', { file: 'items.jsonl.gz' }, problem);
  }
  const itemReader = new ItemReader();
  await itemLines.consume((line) => itemReader.add(line.value, { file: itemLines.file, line: line.line }));
  if (itemReader.ids.length === 0) {
    const problem = { wanted: 'at least one item', came: 'none', remedy: 'check that this is the right file' };
    throw formatProblem('dataset/noItems', { file: itemLines.file }, problem);
  }
  const items = itemReader.finish(itemLines.file);

  const sequenceReader = new SequenceReader();
  const userLines = await open(SEQUENCE_FILES);
  if (userLines !== null) {
    const { file } = userLines;
    await userLines.consume(({ line, value }) => sequenceReader.add(value, { file, line }, items.indexOfId));
    if (sequenceReader.users.length === 0) {
      const wanted = `at least one user with ${MIN_USER_EVENTS} or more items`;
      const problem = { wanted, came: `${sequenceReader.shortUsers} shorter users`, remedy: 'use longer sequences' };
      throw formatProblem('dataset/noUsers', { file }, problem);
    }
  }
  const sequences = sequenceReader.finish();
  const images = await openImageIndex(source, items);
  const { users } = sequenceReader;
  return {
    name: source.name,
    itemCount: items.ids.length,
    userCount: users.length,
    interactionCount: sequences.items.length,
    items,
    users,
    sequences,
    images,
    contentHash: contentHash(items, users, sequences, images),
    report: reportOf(items, sequences, sequenceReader, {
      itemLines: itemLines.count(),
      userLines: userLines?.count() ?? 0,
      badLines: itemLines.bad() + (userLines?.bad() ?? 0),
      badLineMessages,
    }),
  };
}

interface OpenLines {
  readonly file: string;
  count(): number;
  bad(): number;
  consume(each: (line: JsonLine) => void): Promise<void>;
}

/** The first of `files` that exists, as counted lines; a FormatError of `each` counts as a bad line. */
async function openLines(
  source: DataSource,
  files: readonly string[],
  options: LoadOptions,
  messages: string[],
  onProgress?: (progress: LoadProgress) => void,
): Promise<OpenLines | null> {
  const found = await openFirst(source, files);
  if (found === null) return null;
  const { file } = found;
  const maxShare = options.maxBadLineShare ?? 0;
  const limits = options.maxBytes === undefined ? { file } : { file, maxBytes: options.maxBytes };
  const inflated = await inflateIfGzip(found.stream, limits);
  let lines = 0;
  let badLines = 0;
  const onBadLine = (error: FormatError): void => {
    if (maxShare <= 0) throw error;
    badLines++;
    if (messages.length < BAD_LINE_MESSAGES_KEPT) messages.push(error.message);
  };
  const onUnreadableLine = (error: FormatError): void => {
    lines++;
    onBadLine(error);
  };
  const consumeAll = async (each: (line: JsonLine) => void): Promise<void> => {
    for await (const line of readJsonLines(inflated, { file, onBadLine: onUnreadableLine })) {
      lines++;
      if (options.signal?.aborted) throw new CancelledError('data/cancelled', `read ${file}: stopped on request`);
      if (lines % LINES_PER_PROGRESS === 0) onProgress?.({ file, lines });
      consumeLine(each, line, onBadLine);
    }
    if (badLines > maxShare * lines) {
      const wanted = `at most ${maxShare * 100} % bad lines`;
      const came = `${badLines} of ${lines}, the first being: ${messages[0] ?? ''}`;
      throw formatProblem('dataset/tooManyBadLines', { file }, { wanted, came, remedy: 'correct the file' });
    }
    onProgress?.({ file, lines });
  };
  return { file, count: () => lines, bad: () => badLines, consume: consumeAll };
}

function consumeLine(each: (line: JsonLine) => void, line: JsonLine, onBadLine: (error: FormatError) => void): void {
  try {
    each(line);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    onBadLine(error);
  }
}

async function openFirst(
  source: DataSource,
  files: readonly string[],
): Promise<{ file: string; stream: ReadableStream<Uint8Array> } | null> {
  for (const file of files) {
    const stream = await source.open(file);
    if (stream !== null) return { file, stream };
  }
  return null;
}

async function openImageIndex(source: DataSource, items: ItemColumns): Promise<ImageIndex | null> {
  const found = await openFirst(source, IMAGE_INDEX_FILES);
  return found === null ? null : readImageIndex(found.stream, found.file, items.indexOfId);
}

function reportOf(
  items: ItemColumns,
  sequences: SequenceTable,
  reader: SequenceReader,
  lines: Pick<DatasetReport, 'itemLines' | 'userLines' | 'badLines' | 'badLineMessages'>,
): DatasetReport {
  return {
    ...lines,
    shortUsers: reader.shortUsers,
    repeatedEvents: reader.repeatedEvents,
    itemsWithoutTitle: items.titles.filter((title) => title === '').length,
    itemsWithoutEvents: items.ids.length - new Set(sequences.items).size,
  };
}
