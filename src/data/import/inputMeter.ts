/** Opens the inputs of one import: counts their bytes for the progress bar, inflates, splits into lines, stops on request. */
import { CancelledError } from '../../base/errors';
import { type CsvOptions, CsvRecords } from '../../formats/csv';
import { inflateIfGzip } from '../../formats/gzip';
import { type LineBlockOptions, readLineBlocks } from '../../formats/lineBlocks';
import { rejectRow } from './rejects';
import type { ByteSource, ImportSink } from './sink';

/**
 * Most bytes that one file may unpack to: 1 TiB, since memory does not grow with the file. What stops a bomb is the ratio cap
 * of 200:1, and the sink, which refuses when the storage is full.
 */
export const MAX_STREAMED_BYTES = 2 ** 40;

export interface LineOptions {
  /** Called with every line that is not blank; a FormatError lists the line as bad. */
  readonly onLine: (text: string, line: number) => void;
}

export type RecordOptions = Pick<CsvOptions, 'delimiter' | 'hasQuotes' | 'onRecord'> &
  Pick<LineBlockOptions, 'fallbackEncoding'>;

export class InputMeter {
  readonly #sink: ImportSink;
  readonly #signal: AbortSignal;
  readonly #totalBytes: number;
  #readBytes = 0;

  constructor(sources: readonly ByteSource[], sink: ImportSink, signal: AbortSignal) {
    this.#sink = sink;
    this.#signal = signal;
    this.#totalBytes = sources.reduce((sum, source) => sum + source.sizeBytes, 0);
  }

  /** The bytes of `source`, counted. */
  async open(source: ByteSource): Promise<ReadableStream<Uint8Array>> {
    this.stopIfAsked();
    const reader = (await source.open()).getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          this.count(value.length);
          controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** The bytes of `source`, counted and inflated if they are gzip. */
  async openInflated(source: ByteSource): Promise<ReadableStream<Uint8Array>> {
    return inflateIfGzip(await this.open(source), { file: source.name, maxBytes: MAX_STREAMED_BYTES });
  }

  /** Reads `source` line by line, blank lines left out, with the sink's back-pressure after every block. */
  async eachLine(source: ByteSource, options: LineOptions): Promise<void> {
    const file = source.name;
    const onLine = (text: string, line: number): void => {
      if (text === '' || text.trim() === '') return;
      try {
        options.onLine(text, line);
      } catch (error) {
        rejectRow(this.#sink, { file, line, text }, error);
      }
    };
    await this.#eachBlockLine(source, {}, onLine);
  }

  /** Reads `source` as delimited text, with the sink's back-pressure after every block. */
  async eachRecord(source: ByteSource, options: RecordOptions): Promise<void> {
    const file = source.name;
    const onBad = (error: unknown, line: number, text: string): void =>
      rejectRow(this.#sink, { file, line, text }, error);
    const records = new CsvRecords({ ...options, file, onBad });
    await this.#eachBlockLine(source, options, (text, line) => records.push(text, line));
    records.finish();
    await this.settle();
  }

  async #eachBlockLine(
    source: ByteSource,
    options: Pick<LineBlockOptions, 'fallbackEncoding'>,
    onLine: (text: string, line: number) => void,
  ): Promise<void> {
    const file = source.name;
    const stream = await this.openInflated(source);
    const onBadLine = (error: unknown, line: number, text: string): void =>
      rejectRow(this.#sink, { file, line, text }, error);
    const { fallbackEncoding } = options;
    const encoding = fallbackEncoding === undefined ? {} : { fallbackEncoding };
    for await (const block of readLineBlocks(stream, { file, onBadLine, ...encoding })) {
      for (let index = 0; index < block.lines.length; index++)
        onLine(block.lines[index] ?? '', block.firstLine + index);
      await this.settle();
    }
  }

  /** Adds to the bytes read, for inputs that are read by `slice`. */
  count(bytes: number): void {
    this.#readBytes += bytes;
  }

  /** Reports progress and waits for the sink. @throws CancelledError and what the sink throws */
  async settle(): Promise<void> {
    this.stopIfAsked();
    this.#sink.progress(this.#readBytes, this.#totalBytes);
    await this.#sink.settle();
  }

  /** @throws CancelledError `import/cancelled` */
  stopIfAsked(): void {
    if (this.#signal.aborted) throw new CancelledError('import/cancelled', 'import: stopped on request');
  }
}
