/** Cuts ranges out of a stream as it goes by, for formats with a table of offsets and inputs without random access. */
export class ForwardReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Bytes [#heldFrom, #heldFrom + #held.length) of the stream. */
  #held: Uint8Array = new Uint8Array(0);
  #heldFrom = 0;

  /** Takes `stream`. */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /**
   * Bytes [from, to), fewer where the stream ends before. A view, good until the next call. `from` may never fall below that
   * of the last call; what lies before it is forgotten. Holds no more than the range and one chunk.
   */
  async read(from: number, to: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let reached = this.#heldFrom + this.#held.length;
    if (reached > from) parts.push(this.#held.subarray(from - this.#heldFrom));
    while (reached < to) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      reached += value.length;
      if (reached > from) parts.push(value.subarray(Math.max(0, value.length - (reached - from))));
    }
    this.#held = joined(parts);
    this.#heldFrom = Math.min(from, reached);
    return this.#held.subarray(0, to - from);
  }

  /** Reads no further and tells the source so. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
