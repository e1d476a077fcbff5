/**
 * The hash of a view: what training sees, and nothing of how it was stored. Each part is a list of blocks cut by content (a block is
 * closed at 1 MB); a part's hash is SHA-256 over its blocks' SHA-256, so that the platform's fast digest does the work.
 */
import { sha256Hex } from '../../base/sha256';
import type { HashParts } from './records';

const BLOCK_BYTES = 2 ** 20;
/** Part of the hash, so that a change of form never passes for a change of data. */
const FORM = 'tessera-domain-1';

export class BlockHash {
  #block = new Uint8Array(BLOCK_BYTES + (1 << 16));
  #length = 0;
  #digests: Promise<string>[] = [];

  /** Appends `bytes` with their length before them, so that fields cannot run into each other. */
  field(bytes: Uint8Array): this {
    this.number(bytes.length);
    this.#reserve(bytes.length);
    this.#block.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Appends a number below 2^32, little-endian. */
  number(value: number): this {
    this.#reserve(4);
    for (let byte = 0; byte < 4; byte++) this.#block[this.#length++] = (value >>> (8 * byte)) & 0xff;
    return this;
  }

  /** Ends a row; a full block is handed to the digest. Await the result now and then: it bounds the blocks in flight. */
  async endRow(): Promise<void> {
    if (this.#length < BLOCK_BYTES) return;
    this.#close();
    await this.#digests.at(-1);
  }

  async digest(): Promise<string> {
    if (this.#length > 0) this.#close();
    return sha256Hex(new TextEncoder().encode(`${FORM} ${(await Promise.all(this.#digests)).join(' ')}`));
  }

  #close(): void {
    this.#digests.push(sha256Hex(this.#block.slice(0, this.#length)));
    this.#length = 0;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#block.length) return;
    const wider = new Uint8Array(2 * (this.#length + more));
    wider.set(this.#block.subarray(0, this.#length));
    this.#block = wider;
  }
}

/** The domain's hash. */
export function domainHash(parts: HashParts): Promise<string> {
  const text = [FORM, parts.items, parts.sequences, parts.images, parts.vectors, parts.codes].join(' ');
  return sha256Hex(new TextEncoder().encode(text));
}
