/**
 * Sentence encoder through `@huggingface/transformers` (ONNX Runtime), loaded only when asked for.
 *
 * Default: sentence-t5-base, the item-text encoder of UTGRec and MTGRec, in an ONNX export that contains all four stages
 * (encoder, mean pooling, dense layer, length 1), 441 MB, 768 wide. An export that ends at the token states is pooled
 * here by mean and scaled to length 1; for the t5 family that leaves out the dense layer, so prefer a complete export.
 * Weights come from the network or from a folder served next to the page; without either, loading fails with
 * UnsupportedError and the caller should offer the built-in USE-lite encoder.
 */
import { FormatError, UnsupportedError } from '../base/errors';
import { poolMeanNormalized } from './meanPooling';
import { type SentenceEncoder, throwIfCancelled } from './sentenceEncoder';

export const DEFAULT_TRANSFORMERS_MODEL = 'onnx-models/sentence-t5-base-onnx';

/** Pieces per text, of the published sentence-t5-base configuration; longer texts are cut. */
const MAX_PIECE_COUNT = 256;
/** Texts per run: keeps the states of 256 positions × 768 within 13 MB. */
const BATCH_TEXTS = 16;

interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}
type TokenizedTexts = Record<string, { readonly data: ArrayLike<number | bigint> }>;
type Tokenize = (
  texts: string[],
  options: { padding: true; truncation: true; max_length: number },
) => Promise<TokenizedTexts> | TokenizedTexts;
type RunModel = (inputs: TokenizedTexts) => Promise<Record<string, OutputTensor>>;

/** The tokenizer and model of one export, however they were loaded. */
export interface LoadedTransformer {
  readonly tokenize: Tokenize;
  readonly run: RunModel;
  dispose(): void;
}

export interface TransformersEncoderOptions {
  /** Model id on the hub, or the folder's name below `localFolder`. */
  readonly model?: string;
  /** Path or URL of the folder that holds model folders; given, nothing is fetched from the network. */
  readonly localFolder?: string;
  /** Folder of the ONNX file inside the model, `''` for the top; many exports have `onnx`. */
  readonly subfolder?: string;
  /** Name of the ONNX file without `.onnx`. */
  readonly fileName?: string;
  /** How tokenizer and model are loaded; tests pass their own. */
  readonly load?: (
    options: Required<Omit<TransformersEncoderOptions, 'load' | 'localFolder'>> & {
      readonly localFolder: string | null;
    },
  ) => Promise<LoadedTransformer>;
}

/**
 * Loads tokenizer and model and runs one word through them to learn the width.
 * @throws UnsupportedError `encoders/transformersUnavailable` when library, network or files are missing;
 *   FormatError `encoders/transformersOutput` when the model gives no sentence embedding or token states.
 */
export async function createTransformersEncoder(options: TransformersEncoderOptions = {}): Promise<SentenceEncoder> {
  const model = options.model ?? DEFAULT_TRANSFORMERS_MODEL;
  const load = options.load ?? loadTransformer;
  let loaded: LoadedTransformer;
  try {
    loaded = await load({
      model,
      localFolder: options.localFolder ?? null,
      subfolder: options.subfolder ?? '',
      fileName: options.fileName ?? 'model',
    });
  } catch (cause) {
    const place = options.localFolder === undefined ? 'the network' : `the folder ${options.localFolder}`;
    throw new UnsupportedError(
      'encoders/transformersUnavailable',
      `createTransformersEncoder: wanted model ${model} from ${place}, it could not be loaded (${
        cause instanceof Error ? cause.message : String(cause)
      }); check the connection or the folder, or use the built-in encoder.`,
      { cause },
    );
  }
  try {
    const probe = await embedBatch(loaded, ['a']);
    return transformersEncoder(loaded, probe.length);
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}

function transformersEncoder(loaded: LoadedTransformer, width: number): SentenceEncoder {
  return {
    width,
    async encode(texts, onProgress, signal) {
      const output = new Float32Array(texts.length * width);
      // Texts of similar length run together, so that little is spent on padding.
      const order = Array.from(texts.keys()).sort((a, b) => lengthOf(texts, a) - lengthOf(texts, b) || a - b);
      for (let first = 0; first < order.length; first += BATCH_TEXTS) {
        throwIfCancelled(signal);
        const batch = order.slice(first, first + BATCH_TEXTS);
        const rows = await embedBatch(
          loaded,
          batch.map((index) => texts[index] ?? ''),
        );
        for (const [row, index] of batch.entries()) {
          output.set(rows.subarray(row * width, (row + 1) * width), index * width);
        }
        onProgress?.(first + batch.length, texts.length);
      }
      throwIfCancelled(signal);
      return output;
    },
    dispose: () => loaded.dispose(),
  };
}

const lengthOf = (texts: readonly string[], index: number): number => texts[index]?.length ?? 0;

async function embedBatch({ tokenize, run }: LoadedTransformer, texts: string[]): Promise<Float32Array> {
  const inputs = await tokenize(texts, { padding: true, truncation: true, max_length: MAX_PIECE_COUNT });
  const outputs = await run(inputs);
  const sentence = outputs.sentence_embedding;
  if (sentence?.dims.length === 2 && sentence.dims[0] === texts.length) return Float32Array.from(sentence.data);
  const states = outputs.last_hidden_state ?? outputs.token_embeddings;
  if (states?.dims.length === 3 && states.dims[0] === texts.length && inputs.attention_mask !== undefined) {
    return poolMeanNormalized(states.data, inputs.attention_mask.data, states.dims);
  }
  const names = Object.entries(outputs).map(([name, { dims }]) => `${name} [${dims.join(', ')}]`);
  throw new FormatError(
    'encoders/transformersOutput',
    `transformersEncoder: wanted sentence_embedding [${texts.length}, D] or last_hidden_state [${texts.length}, T, D], came ${
      names.join(', ') || 'nothing'
    }; choose a feature-extraction export.`,
  );
}

/** Loads through the library; its settings are global, so they are set anew for every load. */
const loadTransformer: NonNullable<TransformersEncoderOptions['load']> = async ({
  model,
  localFolder,
  subfolder,
  fileName,
}) => {
  const { AutoTokenizer, PreTrainedModel, env } = await import('@huggingface/transformers');
  env.allowLocalModels = localFolder !== null;
  env.allowRemoteModels = localFolder === null;
  if (localFolder !== null) env.localModelPath = localFolder;
  const source = { local_files_only: localFolder !== null };
  const tokenizer = await AutoTokenizer.from_pretrained(model, source);
  // The base class runs a single ONNX file; the class of the configuration would ask for a decoder too.
  const network = await PreTrainedModel.from_pretrained(model, {
    ...source,
    subfolder,
    model_file_name: fileName,
    dtype: 'fp32',
  });
  return {
    tokenize: (texts, options) => tokenizer(texts, options),
    run: (inputs) => network(inputs),
    dispose: () => void network.dispose(),
  };
};
