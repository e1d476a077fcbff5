/**
 * A T5 as the folder that `T5ForConditionalGeneration.from_pretrained` opens, and back. Parameters carry the library's
 * names already (`t5ParameterShapes`), so the tensors go out and come in unchanged; what is written around them are the
 * sizes (`config.json`) and how to decode (`generation_config.json`). The way in accepts exactly what this network
 * computes: ungated ReLU, tied head with the factor D^-0.5, token 0 as padding and start.
 */
import { FormatError, UnsupportedError } from '../../base/errors';
import { refusePickle } from '../../formats/foreignModels';
import { decodeText } from '../../formats/readBytes';
import { readSafetensors, type SafetensorTensor, writeSafetensors } from '../../formats/safetensors';
import { type JsonObject, parseJsonObject } from '../../formats/strictJson';
import { float32Tensor, float32Values } from '../../formats/typedValues';
import { PADDING_TOKEN } from '../identifierVocabulary';
import { checkT5Config, type T5Config, t5ParameterShapes } from './config';

/** A network without its run. */
export interface PortableT5 {
  readonly t5: T5Config;
  /** Under the names of `t5ParameterShapes`, row-major. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

export interface DecodingTokens {
  /** Ends an identifier in the labels. */
  readonly endToken: number;
  /** Tokens of an identifier, without the end token. */
  readonly digits: number;
}

export const CONFIG_FILE = 'config.json';
export const GENERATION_FILE = 'generation_config.json';
export const WEIGHTS_FILE = 'model.safetensors';

/** Other names the library may store the embedding under; all are one matrix. */
const TIED_NAMES = ['lm_head.weight', 'encoder.embed_tokens.weight', 'decoder.embed_tokens.weight'];
const ARCHITECTURE = 'T5ForConditionalGeneration';
/** Beams of a default `generate` call; the paper's width. */
const DEFAULT_BEAMS = 50;

const encoder = new TextEncoder();
const jsonFile = (value: object): Uint8Array<ArrayBuffer> => encoder.encode(`${JSON.stringify(value, null, 2)}\n`);

/** The folder's three files. @throws UnsupportedError `hf/untied`; FormatError `hf/tensor` if a parameter is missing or of another size */
export function writeHuggingFace(model: PortableT5, tokens: DecodingTokens): Map<string, Uint8Array<ArrayBuffer>> {
  const { t5, parameters } = model;
  if (!t5.hasTiedHead)
    throw new UnsupportedError(
      'hf/untied',
      'export to hf: wanted a model whose head is its embedding, came one with a head of its own; the library ties the two when it loads.',
    );
  const tensors = new Map<string, SafetensorTensor>();
  for (const [name, shape] of t5ParameterShapes(t5)) {
    const values = parameters.get(name);
    if (values?.length !== sizeOf(shape)) throw tensorProblem(name, `[${shape}]`, `${values?.length ?? 'no'} values`);
    tensors.set(name, float32Tensor(values, shape));
  }
  const shared = {
    pad_token_id: PADDING_TOKEN,
    eos_token_id: tokens.endToken,
    decoder_start_token_id: PADDING_TOKEN,
  };
  const config = {
    architectures: [ARCHITECTURE],
    model_type: 't5',
    vocab_size: t5.vocabularySize,
    d_model: t5.width,
    d_kv: t5.headWidth,
    d_ff: t5.feedForwardWidth,
    num_heads: t5.heads,
    num_layers: t5.encoderLayers,
    num_decoder_layers: t5.decoderLayers,
    relative_attention_num_buckets: t5.buckets,
    relative_attention_max_distance: t5.maxDistance,
    layer_norm_epsilon: t5.normEps,
    dropout_rate: t5.dropout,
    feed_forward_proj: 'relu',
    is_encoder_decoder: true,
    tie_word_embeddings: true,
    use_cache: true,
    ...shared,
    dtype: 'float32',
  };
  const generation = {
    ...shared,
    do_sample: false,
    num_beams: DEFAULT_BEAMS,
    num_return_sequences: DEFAULT_BEAMS,
    // Scores are sums of log-probabilities over exactly the digits; the end token is learned but not searched.
    length_penalty: 0.0,
    early_stopping: false,
    min_new_tokens: tokens.digits,
    max_new_tokens: tokens.digits,
  };
  return new Map([
    [CONFIG_FILE, jsonFile(config)],
    [GENERATION_FILE, jsonFile(generation)],
    [WEIGHTS_FILE, writeSafetensors(tensors, new Map([['format', 'pt']]))],
  ]);
}

/**
 * Reads `config.json` and `model.safetensors`; other files are not looked at, except to say why weights are missing.
 * @throws FormatError `hf/missing`, `hf/field`, `hf/tensor`, `hf/tied`, `hf/numbers`; UnsupportedError `hf/architecture`,
 *   `hf/sharded`, `model/pickle`; those of JSON and safetensors
 */
export function readHuggingFace(files: ReadonlyMap<string, Uint8Array>): PortableT5 {
  const t5 = readT5Config(files);
  const { tensors } = readSafetensors(weightsIn(files), WEIGHTS_FILE);
  const parameters = parametersIn(tensors, t5, WEIGHTS_FILE);
  checkOtherTensors(tensors, parameters);
  return { t5, parameters };
}

/** Sizes in `config.json`. @throws FormatError `hf/missing`, `hf/field`; UnsupportedError `hf/architecture` */
export function readT5Config(files: ReadonlyMap<string, Uint8Array>): T5Config {
  const configBytes = files.get(CONFIG_FILE);
  if (!configBytes)
    throw new FormatError(
      'hf/missing',
      `import a model: the folder has no ${CONFIG_FILE}; give the folder that save_pretrained wrote.`,
    );
  return t5ConfigIn(parseJsonObject(decodeText(configBytes, CONFIG_FILE), { file: CONFIG_FILE }));
}

/** The network's parameters among `tensors`. @throws FormatError `hf/tensor`, `hf/numbers` naming the tensor in `file` */
export function parametersIn(
  tensors: ReadonlyMap<string, SafetensorTensor>,
  t5: T5Config,
  file: string,
): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, shape] of t5ParameterShapes(t5)) {
    const tensor = tensors.get(name);
    if (!tensor || tensor.shape.join() !== shape.join())
      throw tensorProblem(name, `[${shape}]`, tensor ? `[${tensor.shape}]` : 'nothing', file);
    const values = float32Values(tensor, `${file} ${name}`);
    if (!values.every(Number.isFinite))
      throw new FormatError(
        'hf/numbers',
        `import a model: ${file}: "${name}" holds NaN or infinity; the training diverged or f16 overflowed, go back to an earlier checkpoint.`,
      );
    parameters.set(name, values);
  }
  return parameters;
}

function weightsIn(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const weights = files.get(WEIGHTS_FILE);
  if (weights) {
    refusePickle(weights, WEIGHTS_FILE);
    return weights;
  }
  const names = [...files.keys()];
  if (names.some((name) => /^model-\d+-of-\d+\.safetensors$|\.safetensors\.index\.json$/.test(name)))
    throw new UnsupportedError(
      'hf/sharded',
      `import a model: wanted one ${WEIGHTS_FILE}, came several shards; save with save_pretrained(folder, max_shard_size="2GB").`,
    );
  const pickled = names.find((name) => /\.(bin|pt|pth|pkl|ckpt)$/.test(name));
  if (pickled)
    throw new UnsupportedError(
      'model/pickle',
      `import a model: ${pickled} is a pickle, which can run code when it is opened, and is not read; save with safe_serialization=True.`,
    );
  throw new FormatError('hf/missing', `import a model: the folder has no ${WEIGHTS_FILE}; save the model again.`);
}

/** The embedding under its other names must be the embedding; anything else is not part of this network. */
function checkOtherTensors(
  tensors: ReadonlyMap<string, SafetensorTensor>,
  parameters: ReadonlyMap<string, Float32Array>,
): void {
  const shared = parameters.get('shared.weight') ?? new Float32Array();
  for (const [name, tensor] of tensors) {
    if (parameters.has(name)) continue;
    if (!TIED_NAMES.includes(name)) throw tensorProblem(name, 'no tensor of this name', `[${tensor.shape}]`);
    const values = float32Values(tensor, `${WEIGHTS_FILE} ${name}`);
    if (values.length !== shared.length || values.some((value, at) => value !== shared[at]))
      throw new FormatError(
        'hf/tied',
        `import a model: "${name}" differs from "shared.weight"; this network has one matrix for both, so train with tie_word_embeddings.`,
      );
  }
}

/** Largest sizes taken from a file: the checks that follow walk over layers and multiply widths. */
const MAX_SIZE = 2 ** 20;
const MAX_LAYERS = 48;

function t5ConfigIn(config: JsonObject): T5Config {
  const refuse = (field: string, wanted: string): UnsupportedError =>
    new UnsupportedError(
      'hf/architecture',
      `import a model: ${CONFIG_FILE} field "${field}": wanted ${wanted}, came ${JSON.stringify(config[field] ?? null)}; only the network that was exported comes back in.`,
    );
  if (config['model_type'] !== 't5') throw refuse('model_type', '"t5"');
  const { architectures } = config;
  if (!Array.isArray(architectures) || architectures[0] !== ARCHITECTURE)
    throw refuse('architectures', `["${ARCHITECTURE}"]`);
  if (config['feed_forward_proj'] !== 'relu') throw refuse('feed_forward_proj', '"relu" (ungated)');
  for (const field of ['tie_word_embeddings', 'scale_decoder_outputs'])
    if (config[field] !== undefined && config[field] !== true) throw refuse(field, 'true');
  for (const field of ['pad_token_id', 'decoder_start_token_id'])
    if (config[field] !== PADDING_TOKEN) throw refuse(field, String(PADDING_TOKEN));
  const number = (field: string, max: number): number => {
    const value = config[field];
    if (typeof value === 'number' && value >= 0 && value <= max) return value;
    throw new FormatError(
      'hf/field',
      `import a model: ${CONFIG_FILE} field "${field}": wanted a number from 0 to ${max}, came ${JSON.stringify(value ?? null)}; save the model again.`,
    );
  };
  const t5: T5Config = {
    vocabularySize: number('vocab_size', MAX_SIZE),
    width: number('d_model', MAX_SIZE),
    headWidth: number('d_kv', MAX_SIZE),
    heads: number('num_heads', MAX_SIZE),
    feedForwardWidth: number('d_ff', MAX_SIZE),
    encoderLayers: number('num_layers', MAX_LAYERS),
    decoderLayers: number('num_decoder_layers', MAX_LAYERS),
    buckets: number('relative_attention_num_buckets', MAX_SIZE),
    maxDistance: number('relative_attention_max_distance', MAX_SIZE),
    normEps: number('layer_norm_epsilon', 1),
    hasTiedHead: true,
    dropout: number('dropout_rate', 1),
  };
  checkT5Config(t5);
  return t5;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, axis) => size * axis, 1);

const tensorProblem = (name: string, wanted: string, came: string, file = WEIGHTS_FILE): FormatError =>
  new FormatError(
    'hf/tensor',
    `${file} "${name}": wanted ${wanted}, came ${came}; it belongs to a network of another shape.`,
  );
