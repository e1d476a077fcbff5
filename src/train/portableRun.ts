/** From a run's own files to the parts that other tools need, and from those parts to the files of a run. */
import { ConfigError, FormatError } from '../base/errors';
import { writeSafetensors } from '../formats/safetensors';
import { isJsonObject, type JsonValue, parseJsonObject } from '../formats/strictJson';
import { float32Tensor } from '../formats/typedValues';
import { identifierVocabulary } from '../recommenders/identifierVocabulary';
import { type T5Config, t5ParameterShapes } from '../recommenders/t5/config';
import { t5ConfigOf } from '../recommenders/t5/trainer';
import { ENDINGS, type RunEnding } from '../storage/runStore';
import {
  type Arrays,
  type Checkpoint,
  floatsIn,
  numberIn,
  readCheckpoint,
  requireSameOrigin,
  writeCheckpoint,
} from './checkpoint';
import { checkRunConfig, type RunConfig } from './config';
import { type Identifiers, makeIdentifiers } from './identifiers';
import { embeddingsOrigin } from './itemVectors';
import type { PortableRun } from './modelFolder';
import { chosenOrigin } from './multiIdentifierJob';
import { recommenderOrigin } from './recommenderJob';
import { keptEpochs, tokenizerOrigin, tokenizersIn } from './tokenizerJob';

export const RUN_FILE = 'run.json';
export const RUN_VERSION = 1;
const FRESH = { step: 0, epoch: 0, position: 0, bestNdcg: -1, bestStep: 0, withoutGain: 0, trainedMs: 0 };

/** What `run.json` says. */
export interface RunDescription {
  readonly config: RunConfig;
  readonly data: { readonly name: string; readonly hash: string };
  /** How its training ended, where that is known. */
  readonly ending?: RunEnding;
}

/** @param run of any system */
export const runText = ({
  config,
  data,
  ending,
}: Omit<RunDescription, 'config'> & { readonly config: object }): string =>
  `${JSON.stringify({ version: RUN_VERSION, config, data, ending }, null, 2)}\n`;

/** What `run.json` of any system says; its configuration is not looked into. @throws FormatError `run/version`, `run/description` */
export function readRunHead(
  text: string,
  file = RUN_FILE,
): { config: JsonValue } & Pick<RunDescription, 'data' | 'ending'> {
  const run = parseJsonObject(text, { file });
  if (run['version'] !== RUN_VERSION)
    throw new FormatError(
      'run/version',
      `${file}: has version ${JSON.stringify(run['version'] ?? null)}, this program reads ${RUN_VERSION}; use the program that wrote it.`,
    );
  const { name, hash } = isJsonObject(run['data']) ? run['data'] : {};
  if (typeof name !== 'string' || typeof hash !== 'string')
    throw new FormatError('run/description', `${file}: does not say which data it was trained on; train it again.`);
  return { config: run['config'] ?? null, data: { name, hash }, ...endingIn(run['ending']) };
}

/** Longer is no sentence of ours. */
const LONGEST_ENDING = 1000;

/** A remark, so that one of another version is passed over. */
function endingIn(value: JsonValue | undefined): Pick<RunDescription, 'ending'> {
  if (!isJsonObject(value)) return {};
  const kind = ENDINGS.find((known) => known === value['kind']);
  const { message } = value;
  return kind && typeof message === 'string' && message.length <= LONGEST_ENDING ? { ending: { kind, message } } : {};
}

/** A recommender's run. @throws FormatError as `readRunHead`; ConfigError for the configuration */
export function readRunText(text: string, file = RUN_FILE): RunDescription {
  const { config, ...head } = readRunHead(text, file);
  return { config: checkRunConfig(config, file), ...head };
}

/** Files of a run by name, as far as they are there. */
export type RunFileReader = (name: string) => Promise<Uint8Array | null>;

/**
 * The best recommender of a run and its identifiers.
 * @throws FormatError `run/untrained`, `checkpoint/shape` and those of checkpoints; ConfigError `checkpoint/*` for files of
 *   different runs
 */
export async function readPortableRun(
  description: RunDescription,
  read: RunFileReader,
  itemIds: readonly string[] | null,
): Promise<PortableRun> {
  const { data } = description;
  const { config, identifiers, checkpoint } = await (description.config.multiIdentifier
    ? chosenModel(description, read)
    : onlyModel(description, read));
  if (itemIds && itemIds.length * (identifiers.levels + 1) !== identifiers.digits.length)
    throw new ConfigError(
      'run/items',
      `the data set has ${itemIds.length} items, the run has identifiers of ${identifiers.digits.length / (identifiers.levels + 1)}; give the data the run was trained on.`,
    );
  const { size } = identifierVocabulary(identifiers.levels, identifiers.codes);
  const t5 = t5ConfigOf(config.recommender, size);
  const parameters = floatsIn(checkpoint, 'parameters');
  requireNetwork(parameters, t5);
  return { config, data, identifiers, itemIds, t5, parameters };
}

/** @throws FormatError `checkpoint/shape` naming the first parameter that is not the network's */
function requireNetwork(parameters: ReadonlyMap<string, Float32Array>, t5: T5Config): void {
  const shapes = t5ParameterShapes(t5);
  const refuse = (name: string, wanted: string, came: string): FormatError =>
    new FormatError(
      'checkpoint/shape',
      `recommender: parameter "${name}": wanted ${wanted}, came ${came}; the file is damaged or belongs to a network of another shape.`,
    );
  for (const [name, shape] of shapes) {
    const values = parameters.get(name);
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (values?.length !== size) throw refuse(name, `[${shape}]`, `${values?.length ?? 'no'} values`);
    if (!values.every(Number.isFinite)) throw refuse(name, 'finite numbers', 'NaN or infinity');
  }
  for (const name of parameters.keys()) if (!shapes.has(name)) throw refuse(name, 'no parameter of this name', 'one');
}

interface RunModel {
  readonly config: RunConfig;
  readonly identifiers: Identifiers;
  readonly checkpoint: Checkpoint;
}

async function onlyModel(description: RunDescription, read: RunFileReader): Promise<RunModel> {
  const { config, data } = description;
  const identifiers = await readRunIdentifiers(description, read);
  const file = (await read('best.safetensors')) ?? (await read('recommender.safetensors'));
  if (!file) throw untrained('recommender');
  const checkpoint = readCheckpoint(file, 'recommender');
  requireSameOrigin(checkpoint.identity, recommenderOrigin(config, data.hash, identifiers.hash), 'recommender');
  return { config, identifiers, checkpoint };
}

/** The fine-tuned model of an MTGRec run: from here on one recommender of one identifier, so its configuration says no more. */
async function chosenModel(description: RunDescription, read: RunFileReader): Promise<RunModel> {
  const { multiIdentifier: _, ...config } = description.config;
  const { keep: _keep, keepEvery: _keepEvery, ...tokenizer } = config.tokenizer;
  const tokenizers = await readRunTokenizers(description, read);
  const file = await read('best.safetensors');
  if (!file) throw untrained('recommender');
  const checkpoint = readCheckpoint(file, 'best');
  const origin = { config: description.config, dataset: { contentHash: description.data.hash } };
  requireSameOrigin(checkpoint.identity, chosenOrigin(origin, [...tokenizers.values()]), 'best');
  const identifiers = [...tokenizers.values()][numberIn(checkpoint, 'identifier', 'best')];
  if (!identifiers) throw untrained('recommender');
  return { config: { ...config, tokenizer }, identifiers, checkpoint };
}

/**
 * Identifiers of a multi-identifier run by kept epoch, oldest first.
 * @throws FormatError `run/untrained`, `mtgrec/missing-epoch` and those of checkpoints
 */
export async function readRunTokenizers(
  description: RunDescription,
  read: RunFileReader,
): Promise<Map<number, Identifiers>> {
  const { tokenizer } = description.config;
  const { levels, digits } = await readRunIdentifiers(description, read);
  const file = await read('tokenizer.safetensors');
  if (!file) throw untrained('tokenizer');
  const checkpoint = readCheckpoint(file, 'tokenizer.safetensors');
  const identifiers = await tokenizersIn(checkpoint, tokenizer, digits.length / (levels + 1));
  return new Map(keptEpochs(tokenizer).map((epoch, k) => [epoch, identifiers[k] as Identifiers]));
}

/** Identifiers of a run whose tokenizer is trained. @throws FormatError `run/untrained` and those of checkpoints */
export async function readRunIdentifiers({ config, data }: RunDescription, read: RunFileReader): Promise<Identifiers> {
  const file = await read('tokenizer.safetensors');
  if (!file) throw untrained('tokenizer');
  const checkpoint = readCheckpoint(file, 'tokenizer.safetensors');
  requireSameOrigin(checkpoint.identity, tokenizerOrigin(config, data.hash), 'tokenizer.safetensors');
  const digits = checkpoint.arrays.get('identifiers');
  if (numberIn(checkpoint, 'epoch', 'tokenizer') < config.tokenizer.epochs || !(digits instanceof Uint16Array))
    throw untrained('tokenizer');
  return makeIdentifiers(config.tokenizer.levels, config.tokenizer.codes, digits);
}

/**
 * Whitened item vectors as a plain safetensors file: `embeddings` f32 [N, D] in item order.
 * @throws FormatError `run/untrained` and those of checkpoints
 */
export async function embeddingsFile({ config, data }: RunDescription, read: RunFileReader): Promise<Uint8Array> {
  const file = await read('embeddings.safetensors');
  if (!file) throw untrained('item vectors');
  const checkpoint = readCheckpoint(file, 'embeddings.safetensors');
  requireSameOrigin(checkpoint.identity, embeddingsOrigin(config, data.hash), 'embeddings.safetensors');
  const vectors = floatsIn(checkpoint, 'vectors').get('whitened');
  const { components } = config.encoder;
  if (!vectors || vectors.length % components !== 0) throw untrained('item vectors');
  const tensor = float32Tensor(vectors, [vectors.length / components, components]);
  return writeSafetensors(new Map([['embeddings', tensor]]), new Map([['format', 'pt']]));
}

const untrained = (part: string): FormatError =>
  new FormatError('run/untrained', `export: the run has no trained ${part} yet; run tessera train first.`);

/** The run's files by name: its description, a tokenizer that is only identifiers, a recommender with a fresh optimizer. */
export function runFilesOf(run: PortableRun): Map<string, Uint8Array> {
  const { config, data, identifiers, parameters } = run;
  const zeros = [...parameters].map(([name, values]) => [name, new Float32Array(values.length)] as const);
  const arrays: Arrays = new Map([
    ...[...parameters].map(([name, values]) => [`parameters/${name}`, values] as const),
    ...zeros.map(([name, values]) => [`moment1/${name}`, values] as const),
    ...zeros.map(([name, values]) => [`moment2/${name}`, values] as const),
  ]);
  const adapter = 'imported';
  return new Map([
    [RUN_FILE, new TextEncoder().encode(runText(run))],
    [
      'tokenizer.safetensors',
      writeCheckpoint(
        { ...tokenizerOrigin(config, data.hash), adapter },
        new Map([['identifiers', Uint16Array.from(identifiers.digits)]]),
        { epoch: config.tokenizer.epochs },
      ),
    ],
    [
      'recommender.safetensors',
      writeCheckpoint({ ...recommenderOrigin(config, data.hash, identifiers.hash), adapter }, arrays, FRESH),
    ],
  ]);
}
