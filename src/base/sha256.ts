/**
 * SHA-256 (FIPS 180-4). `Sha256` is the incremental form, which the platform does not offer: a data set is hashed while it
 * is read. `sha256Hex` hashes bytes already in memory and uses the platform's own code where there is one.
 */

const ROUND_CONSTANTS = roundConstants();
const BLOCK_BYTES = 64;

/** First 32 fractional bits of the cube roots of the first 64 primes. */
function roundConstants(): Uint32Array {
  const constants = new Uint32Array(64);
  let count = 0;
  for (let candidate = 2; count < 64; candidate++) {
    let isPrime = true;
    for (let d = 2; d * d <= candidate && isPrime; d++) isPrime = candidate % d !== 0;
    if (isPrime) constants[count++] = (Math.cbrt(candidate) % 1) * 4294967296;
  }
  return constants;
}

/** Incremental SHA-256: any number of `update` calls, then one `digestHex`. */
export class Sha256 {
  readonly #state = new Uint32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #words = new Int32Array(64);
  #blockLength = 0;
  #totalBytes = 0;

  /** Appends `bytes`; they may be reused by the caller afterwards. */
  update(bytes: Uint8Array): this {
    this.#totalBytes += bytes.length;
    let at = 0;
    while (at < bytes.length) {
      const take = Math.min(BLOCK_BYTES - this.#blockLength, bytes.length - at);
      this.#block.set(bytes.subarray(at, at + take), this.#blockLength);
      this.#blockLength += take;
      at += take;
      if (this.#blockLength === BLOCK_BYTES) this.#compress();
    }
    return this;
  }

  /** Closes the hash: 64 lower-case hexadecimal digits. The object is spent afterwards. */
  digestHex(): string {
    const bitsHigh = Math.floor(this.#totalBytes / 0x20000000);
    const bitsLow = (this.#totalBytes * 8) >>> 0;
    this.#block[this.#blockLength++] = 0x80;
    if (this.#blockLength > BLOCK_BYTES - 8) {
      this.#block.fill(0, this.#blockLength);
      this.#compress();
    }
    this.#block.fill(0, this.#blockLength);
    const view = new DataView(this.#block.buffer);
    view.setUint32(BLOCK_BYTES - 8, bitsHigh);
    view.setUint32(BLOCK_BYTES - 4, bitsLow);
    this.#compress();
    return Array.from(this.#state, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  #compress(): void {
    const w = this.#words;
    const view = new DataView(this.#block.buffer);
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(4 * t);
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15] as number;
      const y = w[t - 2] as number;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[t] = ((w[t - 16] as number) + s0 + (w[t - 7] as number) + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = this.#state as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let t = 0; t < 64; t++) {
      const choice = (e & f) ^ (~e & g);
      const t1 =
        (h +
          (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
          choice +
          (ROUND_CONSTANTS[t] as number) +
          (w[t] as number)) |
        0;
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    const next = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++) this.#state[i] = (this.#state[i] as number) + (next[i] as number);
    this.#blockLength = 0;
  }
}

function rotate(x: number, bits: number): number {
  return (x >>> bits) | (x << (32 - bits));
}

/** SHA-256 of `bytes` as 64 hexadecimal digits. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  // `crypto.subtle` is absent outside secure contexts (plain http on another host).
  if (globalThis.crypto?.subtle === undefined) return new Sha256().update(bytes).digestHex();
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
