import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FormatError } from '../src/base/errors';

/** One stored array; `shape` is row-major, `[]` for a scalar. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}

export interface Golden {
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
  /** The JSON beside the tensors: `versions`, `source`, `config`, `loss`, … as its builder in `scripts/golden/` says. */
  readonly meta: Readonly<Record<string, unknown>>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumberList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}

function refuse(path: string, wanted: string): FormatError {
  return new FormatError('golden/format', `loadGolden: ${path}: wanted ${wanted}; rebuild it with scripts/golden.`);
}

const views = {
  F32: (bytes: ArrayBuffer) => new Float32Array(bytes),
  F64: (bytes: ArrayBuffer) => new Float64Array(bytes),
  I32: (bytes: ArrayBuffer) => new Int32Array(bytes),
};

/** Reads safetensors: u64 header length, JSON header, little-endian data. Independent of the product's own reader. */
function readTensors(path: string): Map<string, GoldenTensor> {
  const file = readFileSync(path);
  const dataStart = 8 + Number(file.readBigUInt64LE(0));
  const header: unknown = JSON.parse(file.toString('utf8', 8, dataStart));
  if (!isRecord(header)) throw refuse(path, 'an object as header');
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (!isRecord(entry)) throw refuse(path, `an entry for ${name}`);
    const { dtype, shape, data_offsets: offsets } = entry;
    if (dtype !== 'F32' && dtype !== 'F64' && dtype !== 'I32') throw refuse(path, `F32, F64 or I32 in ${name}`);
    if (!isNumberList(shape) || !isNumberList(offsets)) throw refuse(path, `shape and offsets of ${name}`);
    const [from = 0, to = 0] = offsets;
    const data = views[dtype](new Uint8Array(file.subarray(dataStart + from, dataStart + to)).buffer);
    if (data.length !== shape.reduce((size, axis) => size * axis, 1)) throw refuse(path, `${name} to fill its shape`);
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/**
 * Loads one golden file pair.
 * @param path from the repository root, without or with extension, e.g. `models/t5/golden/tied`; a golden that has
 *   only JSON (schedules, bucket tables) gives no tensors.
 * @throws FormatError `golden/format`
 */
export function loadGolden(path: string): Golden {
  const stem = path.replace(/\.(json|safetensors)$/, '');
  const file = (extension: string) => fileURLToPath(new URL(`../${stem}.${extension}`, import.meta.url));
  const meta: unknown = JSON.parse(readFileSync(file('json'), 'utf8'));
  if (!isRecord(meta)) throw refuse(file('json'), 'an object');
  return { tensors: 'tensors' in meta ? readTensors(file('safetensors')) : new Map(), meta };
}

/** The named tensor. @throws FormatError `golden/format` when the file has none of that name. */
export function goldenTensor(golden: Golden, name: string): GoldenTensor {
  const tensor = golden.tensors.get(name);
  if (tensor === undefined) throw refuse(name, `one of ${[...golden.tensors.keys()].join(', ')}`);
  return tensor;
}

/** A finite number in the metadata, by path: `goldenNumber(golden, 'loss')`, `goldenNumber(golden, 'config', 'd_model')`. */
export function goldenNumber(golden: Golden, ...keys: readonly string[]): number {
  let value: unknown = golden.meta;
  for (const key of keys) value = isRecord(value) ? value[key] : undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(keys.join('.'), 'a number in the metadata');
  return value;
}
