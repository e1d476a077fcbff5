/**
 * Weights that a matrix-product kernel wants in another layout are repacked together, in one launch at the start of the
 * step, instead of one launch before each product.
 */
import type { AdapterProfile } from '../gpu/device';
import { BYTES_PER_ELEMENT } from '../tensor/shape';
import { alignUp } from './arena';
import { type Dispatch, foldGroups, type Home, type Value } from './dispatch';
import { packOverrides } from './matmulChoice';

/** A [size, K] matrix in the parameter arena, to be laid out k-major. */
export interface ParameterMatrix {
  readonly value: Value;
  readonly size: number;
  readonly k: number;
  /** Elements between neighbours along k and along the size. */
  readonly strideK: number;
  readonly strideI: number;
}

const TILE = 32;
const VECTOR = 4;
const MATRIX_WORDS = 7;

export class ParameterPacks {
  readonly #known = new Map<string, Value>();
  readonly #matrices: number[] = [];
  readonly #tiles: number[] = [];
  #bytes = 0;

  constructor(
    readonly makeValue: (label: string, sizeBytes: number, home: Home | null) => Value,
    readonly profile: AdapterProfile,
  ) {}

  /** The matrix packed as [K, ceil(size / 4)] vec4; equal requests share one copy. */
  pack(matrix: ParameterMatrix): Value {
    const { value, size, k, strideK, strideI } = matrix;
    const { home } = value;
    if (home?.buffer !== 'parameters') throw new Error(`pack: ${value.label} is not a parameter`);
    const key = `${home.offsetBytes}:${size}:${k}:${strideK}:${strideI}`;
    const known = this.#known.get(key);
    if (known) return known;
    const quads = Math.ceil(size / VECTOR);
    const sizeBytes = quads * VECTOR * k * BYTES_PER_ELEMENT;
    const index = this.#matrices.length / MATRIX_WORDS;
    this.#matrices.push(
      home.offsetBytes / BYTES_PER_ELEMENT,
      size,
      k,
      quads,
      strideK,
      strideI,
      this.#bytes / (VECTOR * BYTES_PER_ELEMENT),
    );
    for (let tileK = 0; tileK < Math.ceil(k / TILE); tileK++)
      for (let tileI = 0; tileI < Math.ceil(size / TILE); tileI++) this.#tiles.push(index, tileI, tileK);
    const packed = this.makeValue(`packed ${value.label}`, sizeBytes, { buffer: 'packed', offsetBytes: this.#bytes });
    this.#bytes += alignUp(sizeBytes);
    this.#known.set(key, packed);
    return packed;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** The launch to put first, or null if nothing is packed. */
  dispatch(parameterBytes: number, makeConstant: (data: Uint32Array) => Value): Dispatch | null {
    const groups = this.#tiles.length / 3;
    if (groups === 0) return null;
    return {
      kernel: 'matmul_pack_parameters',
      overrides: packOverrides(this.profile),
      bind: {
        x: this.makeValue('parameters', parameterBytes, { buffer: 'parameters', offsetBytes: 0 }),
        matrices: makeConstant(Uint32Array.from(this.#matrices)),
        tiles: makeConstant(Uint32Array.from(this.#tiles)),
        y: this.makeValue('packed', this.#bytes, { buffer: 'packed', offsetBytes: 0 }),
      },
      params: { groups },
      groups: foldGroups(groups),
    };
  }
}
