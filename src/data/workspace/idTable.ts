/**
 * Interns ids: every distinct string gets the next number, 0, 1, 2 … Strings are kept as bytes in one buffer with an open-addressing
 * table over it, about 40 bytes an id of Amazon's kind, outside the garbage collector's sight; a `Map` of a million strings costs
 * three times that and slows every collection.
 * Bytes are UTF-8 of each UTF-16 unit by itself (CESU-8), so that any string of JavaScript comes back, unpaired surrogates included.
 */
const FIRST_SLOTS = 1 << 10;
/** Slots in use at most, as a share; beyond it linear probing gets slow. */
const MAX_LOAD = 0.6;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Lead byte of a UTF-16 surrogate in CESU-8; plain UTF-8 uses it for U+D000..D7FF only. */
const SURROGATE_LEAD = 0xed;

export class IdTable {
  #bytes = new Uint8Array(1 << 14);
  #starts = new Uint32Array(1 << 10);
  #hashes = new Uint32Array(1 << 10);
  #slots = new Uint32Array(FIRST_SLOTS);
  #scratch = new Uint8Array(256);
  #scratchLength = 0;
  #size = 0;

  /** Distinct ids so far. */
  get size(): number {
    return this.#size;
  }

  /** Number of `id`; a new one if it was not known. */
  intern(id: string): number {
    const hash = this.#encode(id);
    const slot = this.#slotOf(hash);
    const held = this.#slots[slot] as number;
    return held > 0 ? held - 1 : this.#add(hash, slot);
  }

  /** Number of `id`, or -1. */
  find(id: string): number {
    return (this.#slots[this.#slotOf(this.#encode(id))] as number) - 1;
  }

  /** Like `intern` for the bytes of an id as `bytesOf` gives them. */
  internBytes(bytes: Uint8Array): number {
    this.#reserveScratch(bytes.length);
    this.#scratch.set(bytes);
    this.#scratchLength = bytes.length;
    const hash = hashOf(bytes);
    const slot = this.#slotOf(hash);
    const held = this.#slots[slot] as number;
    return held > 0 ? held - 1 : this.#add(hash, slot);
  }

  idAt(index: number): string {
    return decodeId(this.bytesOf(index));
  }

  /** Encoded id as a view that later calls may move. */
  bytesOf(index: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[index], this.#starts[index + 1]);
  }

  #encode(id: string): number {
    this.#reserveScratch(3 * id.length);
    const out = this.#scratch;
    let at = 0;
    let hash = FNV_OFFSET;
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i);
      if (unit < 0x80) {
        out[at++] = unit;
        hash = Math.imul(hash ^ unit, FNV_PRIME);
        continue;
      }
      const from = at;
      if (unit < 0x800) out[at++] = 0xc0 | (unit >> 6);
      else {
        out[at++] = 0xe0 | (unit >> 12);
        out[at++] = 0x80 | ((unit >> 6) & 0x3f);
      }
      out[at++] = 0x80 | (unit & 0x3f);
      for (let b = from; b < at; b++) hash = Math.imul(hash ^ (out[b] as number), FNV_PRIME);
    }
    this.#scratchLength = at;
    return finish(hash);
  }

  /** Slot that holds the scratch id, or the empty one where it belongs. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] as number;
      if (held === 0 || (this.#hashes[held - 1] === hash && this.#equalsScratch(held - 1))) return slot;
    }
  }

  #equalsScratch(index: number): boolean {
    const start = this.#starts[index] as number;
    if ((this.#starts[index + 1] as number) - start !== this.#scratchLength) return false;
    for (let i = 0; i < this.#scratchLength; i++) if (this.#bytes[start + i] !== this.#scratch[i]) return false;
    return true;
  }

  #add(hash: number, slot: number): number {
    const index = this.#size++;
    if (index + 1 >= this.#starts.length) {
      this.#starts = grown(this.#starts, 2 * this.#starts.length);
      this.#hashes = grown(this.#hashes, 2 * this.#hashes.length);
    }
    const start = this.#starts[index] as number;
    const end = start + this.#scratchLength;
    if (end > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(end, Math.ceil(1.5 * this.#bytes.length)));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes.set(this.#scratch.subarray(0, this.#scratchLength), start);
    this.#starts[index + 1] = end;
    this.#hashes[index] = hash;
    this.#slots[slot] = index + 1;
    if (this.#size > MAX_LOAD * this.#slots.length) this.#rehash();
    return index;
  }

  #rehash(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      let slot = (this.#hashes[index] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }

  #reserveScratch(length: number): void {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(2 * length);
  }
}

function hashOf(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return finish(hash);
}

/** FNV leaves the low bits of similar ids similar; the table takes its slot from them. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 15);
  mixed = Math.imul(mixed, 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function grown(values: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(length);
  longer.set(values);
  return longer;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The string behind bytes of `IdTable`. */
export function decodeId(bytes: Uint8Array): string {
  if (!bytes.includes(SURROGATE_LEAD)) return utf8.decode(bytes);
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at++] as number;
    if (lead < 0x80) text += String.fromCharCode(lead);
    else if (lead < 0xe0) text += String.fromCharCode(((lead & 0x1f) << 6) | ((bytes[at++] as number) & 0x3f));
    else {
      const middle = (bytes[at++] as number) & 0x3f;
      text += String.fromCharCode(((lead & 0x0f) << 12) | (middle << 6) | ((bytes[at++] as number) & 0x3f));
    }
  }
  return text;
}
