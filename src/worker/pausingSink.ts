/** A sink between importer and workspace: holds the stream back while paused, and keeps the first bad rows for the page. */
import { CancelledError } from '../base/errors';
import type { ImportSink, RejectedRow } from '../data/import/sink';

const ROWS_KEPT = 100;

/** A gate that is open or shut; whoever waits at it goes on when it opens, or ends when `signal` does. */
export class Gate {
  #opened: Promise<void> | null = null;
  #open: () => void = () => undefined;

  get isShut(): boolean {
    return this.#opened !== null;
  }

  shut(): void {
    this.#opened ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#opened = null;
    this.#open();
  }

  /** @throws CancelledError `import/cancelled` */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.#opened !== null && !signal.aborted)
      await Promise.race([
        this.#opened,
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
      ]);
    if (signal.aborted) throw new CancelledError('import/cancelled', 'import: stopped on request.');
  }
}

export interface PausingSink extends ImportSink {
  readonly rejectedRows: readonly RejectedRow[];
}

export function pausingSink(sink: ImportSink, gate: Gate, signal: AbortSignal): PausingSink {
  const rejectedRows: RejectedRow[] = [];
  return {
    rejectedRows,
    interaction: (user, item, time, rating) => sink.interaction(user, item, time, rating),
    item: (record) => sink.item(record),
    sequence: (user, items, times) => sink.sequence(user, items, times),
    image: (item, bytes, type) => sink.image(item, bytes, type),
    vector: (item, vector) => sink.vector(item, vector),
    codes: (tokenizer, item, codes) => sink.codes(tokenizer, item, codes),
    reject(row) {
      if (rejectedRows.length < ROWS_KEPT) rejectedRows.push(row);
      sink.reject(row);
    },
    progress: (read, total) => sink.progress(read, total),
    async settle() {
      await gate.pass(signal);
      await sink.settle();
    },
  };
}
