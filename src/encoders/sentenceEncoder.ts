/** What every frozen text encoder offers, whatever runs it. */
import { CancelledError } from '../base/errors';

/** Called after each batch with the number of texts done so far and in all. */
export type EncodeProgress = (doneCount: number, totalCount: number) => void;

export interface SentenceEncoder {
  /** D, the width of an embedding. */
  readonly width: number;
  /**
   * Embeds texts; row i of the result belongs to `texts[i]`, whatever order they ran in.
   * @returns `[N, width]`, rows of length 1, new.
   * @throws CancelledError `encoders/cancelled` soon after `signal` aborts.
   */
  encode(
    texts: readonly string[],
    onProgress?: EncodeProgress,
    signal?: AbortSignal,
  ): Promise<Float32Array<ArrayBuffer>>;
  /** Frees what the encoder holds; it cannot encode afterwards. */
  dispose(): void;
}

/** @throws CancelledError `encoders/cancelled` if `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new CancelledError('encoders/cancelled', 'encode: stopped on request; start again to encode the rest.', {
    cause: signal.reason,
  });
}
