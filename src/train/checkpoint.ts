/**
 * Checkpoints as safetensors: tensors by group and name, everything else as checked JSON in the header. A file carries
 * what it was made from (format version, configuration, data hash, adapter); a file of another origin is refused by name.
 */
import { ConfigError, FormatError } from '../base/errors';
import { readSafetensors, type SafetensorTensor, writeSafetensors } from '../formats/safetensors';

export const CHECKPOINT_VERSION = 1;

export interface CheckpointIdentity {
  readonly kind: 'embeddings' | 'tokenizer' | 'recommender';
  /** JSON of the part of the configuration that decides the tensors. */
  readonly config: string;
  readonly dataHash: string;
  /** Adapter profile; resuming elsewhere is allowed but not bit-equal. */
  readonly adapter: string;
}

export type Arrays = ReadonlyMap<string, Float32Array | Uint16Array | Uint32Array>;

export interface Checkpoint {
  readonly identity: CheckpointIdentity;
  readonly arrays: Map<string, Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>;
  /** Counters and cursors, numbers only. */
  readonly numbers: ReadonlyMap<string, number>;
}

const DTYPE = { Float32Array: 'F32', Uint16Array: 'U16', Uint32Array: 'U32' } as const;

function tensorOf(array: Float32Array | Uint16Array | Uint32Array): SafetensorTensor {
  const dtype =
    array instanceof Float32Array
      ? DTYPE.Float32Array
      : array instanceof Uint16Array
        ? DTYPE.Uint16Array
        : DTYPE.Uint32Array;
  return { dtype, shape: [array.length], bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) };
}

export function writeCheckpoint(
  identity: CheckpointIdentity,
  arrays: Arrays,
  numbers: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const tensors = new Map([...arrays].map(([name, array]) => [name, tensorOf(array)]));
  const metadata = new Map([
    ['format', 'tessera-checkpoint'],
    ['version', String(CHECKPOINT_VERSION)],
    ['kind', identity.kind],
    ['config', identity.config],
    ['dataHash', identity.dataHash],
    ['adapter', identity.adapter],
    ['numbers', JSON.stringify(numbers)],
  ]);
  return writeSafetensors(tensors, metadata);
}

/** @throws FormatError `checkpoint/*`, `safetensors/*` */
export function readCheckpoint(file: Uint8Array, name: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(file, name);
  const field = (key: string): string => {
    const text = metadata.get(key);
    if (text === undefined)
      throw new FormatError(
        'checkpoint/field',
        `${name}: wanted a Tessera checkpoint with "${key}", it has none; it was written by something else or is damaged.`,
      );
    return text;
  };
  if (field('format') !== 'tessera-checkpoint')
    throw new FormatError('checkpoint/format', `${name}: is not a Tessera checkpoint.`);
  if (field('version') !== String(CHECKPOINT_VERSION))
    throw new FormatError(
      'checkpoint/version',
      `${name}: has format version ${field('version')}, this program reads ${CHECKPOINT_VERSION}; use the program that wrote it.`,
    );
  const kind = field('kind');
  if (kind !== 'embeddings' && kind !== 'tokenizer' && kind !== 'recommender')
    throw new FormatError('checkpoint/kind', `${name}: is of an unknown kind "${kind}".`);
  const arrays: Checkpoint['arrays'] = new Map();
  for (const [key, tensor] of tensors) {
    const bytes = tensor.bytes.slice().buffer;
    if (tensor.dtype === 'F32') arrays.set(key, new Float32Array(bytes));
    else if (tensor.dtype === 'U16') arrays.set(key, new Uint16Array(bytes));
    else if (tensor.dtype === 'U32') arrays.set(key, new Uint32Array(bytes));
    else
      throw new FormatError(
        'checkpoint/dtype',
        `${name}: tensor "${key}" has type ${tensor.dtype}; wanted F32, U16 or U32.`,
      );
  }
  return {
    identity: { kind, config: field('config'), dataHash: field('dataHash'), adapter: field('adapter') },
    arrays,
    numbers: numbersOf(field('numbers'), name),
  };
}

function numbersOf(json: string, name: string): Map<string, number> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FormatError('checkpoint/numbers', `${name}: its counters are not JSON; the file is damaged.`, { cause });
  }
  const numbers = new Map<string, number>();
  if (typeof value !== 'object' || value === null)
    throw new FormatError('checkpoint/numbers', `${name}: its counters are missing; the file is damaged.`);
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'number' || !Number.isFinite(entry))
      throw new FormatError('checkpoint/numbers', `${name}: counter "${key}" is not a number; the file is damaged.`);
    numbers.set(key, entry);
  }
  return numbers;
}

/** A counter that must be there. @throws FormatError `checkpoint/numbers` */
export function numberIn(checkpoint: Checkpoint, key: string, name: string): number {
  const value = checkpoint.numbers.get(key);
  if (value === undefined)
    throw new FormatError('checkpoint/numbers', `${name}: counter "${key}" is missing; the file is damaged.`);
  return value;
}

/** Float tensors of a group `prefix/…`, by the rest of their name. */
export function floatsIn(checkpoint: Checkpoint, prefix: string): Map<string, Float32Array<ArrayBuffer>> {
  const found = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [name, array] of checkpoint.arrays)
    if (name.startsWith(`${prefix}/`) && array instanceof Float32Array) found.set(name.slice(prefix.length + 1), array);
  return found;
}

/**
 * Refuses a checkpoint made from another configuration or other data.
 * @throws ConfigError `checkpoint/config`, `checkpoint/data`
 */
export function requireSameOrigin(
  found: CheckpointIdentity,
  wanted: Omit<CheckpointIdentity, 'adapter'>,
  name: string,
): void {
  if (found.kind !== wanted.kind)
    throw new ConfigError('checkpoint/kind', `${name}: holds ${found.kind}, wanted ${wanted.kind}.`);
  if (found.dataHash !== wanted.dataHash)
    throw new ConfigError(
      'checkpoint/data',
      `${name}: was made from other data (${found.dataHash.slice(0, 12)}…, not ${wanted.dataHash.slice(0, 12)}…); open that data set or start anew.`,
    );
  if (found.config !== wanted.config)
    throw new ConfigError(
      'checkpoint/config',
      `${name}: was made with another configuration; use the same one or a new output folder.`,
    );
}
