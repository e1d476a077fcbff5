/**
 * A trained recommender as a folder that other tools open (recommenders/t5/huggingFace) with `tessera.json` beside it:
 * which tokens an item is, and what the run was. The same folder, trained further elsewhere, becomes a run again. What
 * cannot be the same network on the same identifiers is refused by name.
 */
import { FormatError } from '../base/errors';
import { buildTrie } from '../decode/trie';
import { decodeText } from '../formats/readBytes';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from '../formats/strictJson';
import { CONFLICT_DIGITS } from '../quantize/conflict';
import {
  type IdentifierVocabulary,
  identifierTokens,
  identifierVocabulary,
  PADDING_TOKEN,
  tokenOfDigit,
} from '../recommenders/identifierVocabulary';
import type { T5Config } from '../recommenders/t5/config';
import {
  CONFIG_FILE,
  type PortableT5,
  readHuggingFace,
  WEIGHTS_FILE,
  writeHuggingFace,
} from '../recommenders/t5/huggingFace';
import { DECODER_FILE, ENCODER_FILE } from '../recommenders/t5/onnxGraph';
import { readOnnx } from '../recommenders/t5/onnxImport';
import { t5ConfigOf } from '../recommenders/t5/trainer';
import { checkRunConfig, type RunConfig } from './config';
import { type Identifiers, makeIdentifiers } from './identifiers';

export const MAP_FILE = 'tessera.json';
/** What `readModelFolder` looks into; of other files it only wants to know the names. */
export const MODEL_FILES: readonly string[] = [CONFIG_FILE, MAP_FILE, WEIGHTS_FILE, ENCODER_FILE, DECODER_FILE];
const MAP_FORMAT = 'tessera-model';
export const MAP_VERSION = 1;

/** A recommender with all that it takes to recommend items of its catalogue. */
export interface PortableRun extends PortableT5 {
  readonly config: RunConfig;
  readonly data: { readonly name: string; readonly hash: string };
  readonly identifiers: Identifiers;
  /** Ids of the catalogue in item order; null if the data set was not at hand. */
  readonly itemIds: readonly string[] | null;
}

/** Files by name. @throws UnsupportedError `hf/untied`; FormatError `hf/tensor` */
export function writeModelFolder(run: PortableRun): Map<string, Uint8Array<ArrayBuffer>> {
  const { levels, codes } = run.identifiers;
  const vocabulary = identifierVocabulary(levels, codes, run.config.recommender.hasUserToken);
  const files = writeHuggingFace(run, { endToken: vocabulary.endToken, digits: vocabulary.digits });
  files.set(MAP_FILE, new TextEncoder().encode(tokenizerMap(run, vocabulary)));
  return files;
}

/** `tessera.json`: a head of a few lines, then one item a line. */
function tokenizerMap(run: PortableRun, vocabulary: IdentifierVocabulary): string {
  const { config, data, identifiers, itemIds } = run;
  const { digits } = vocabulary;
  const tokens = identifierTokens(vocabulary, identifiers.digits);
  const head = {
    format: MAP_FORMAT,
    version: MAP_VERSION,
    network: 't5',
    data,
    config,
    vocabulary: describeVocabulary(vocabulary),
    identifiers: identifiers.hash,
  };
  const items = Array.from({ length: tokens.length / digits }, (_, item) => {
    const row = {
      ...(itemIds ? { id: itemIds[item] ?? '' } : {}),
      codes: [...identifiers.digits.subarray(item * digits, (item + 1) * digits)],
      tokens: [...tokens.subarray(item * digits, (item + 1) * digits)],
    };
    return JSON.stringify(row);
  });
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "items": [\n    ${items.join(',\n    ')}\n  ]\n}\n`;
}

/** Token = firstToken + code, digit by digit; the last digit resolves conflicts and counts from 1. */
function describeVocabulary(vocabulary: IdentifierVocabulary) {
  return {
    size: vocabulary.size,
    padding: PADDING_TOKEN,
    user: vocabulary.userToken,
    end: vocabulary.endToken,
    digits: Array.from({ length: vocabulary.digits }, (_, digit) => ({
      firstToken: tokenOfDigit(vocabulary, digit, 0),
      values: digit < vocabulary.levels ? vocabulary.codes : CONFLICT_DIGITS,
    })),
  };
}

/**
 * Reads a model folder, exported for Hugging Face or as ONNX graphs.
 * @throws FormatError `model/missing`, `model/version`, `model/vocabulary`, `model/shape`, `model/items`; ConfigError for a
 *   configuration; ConflictError `trie/duplicate`; those of `readHuggingFace` and `readOnnx`
 */
export async function readModelFolder(files: ReadonlyMap<string, Uint8Array>): Promise<PortableRun> {
  const mapBytes = files.get(MAP_FILE);
  if (!mapBytes)
    throw new FormatError(
      'model/missing',
      `import a model: the folder has no ${MAP_FILE}; copy it over from the exported folder: it says which tokens an item is.`,
    );
  const map = parseJsonObject(decodeText(mapBytes, MAP_FILE), { file: MAP_FILE });
  requireVersion(map);
  const config = checkRunConfig(map['config'], MAP_FILE);
  const { levels, codes } = config.tokenizer;
  const vocabulary = identifierVocabulary(levels, codes, config.recommender.hasUserToken);
  if (JSON.stringify(map['vocabulary']) !== JSON.stringify(describeVocabulary(vocabulary)))
    throw new FormatError(
      'model/vocabulary',
      `import a model: ${MAP_FILE} describes another vocabulary than its configuration of ${levels} levels of ${codes} codes gives (${vocabulary.size} tokens); export it again.`,
    );
  const model = files.has(WEIGHTS_FILE) || !files.has(ENCODER_FILE) ? readHuggingFace(files) : readOnnx(files);
  if (model.t5.vocabularySize !== vocabulary.size)
    throw new FormatError(
      'model/vocabulary',
      `import a model: wanted ${vocabulary.size} tokens, came ${model.t5.vocabularySize} in config.json; tokens were added or removed, which the identifiers do not know.`,
    );
  requireShape(model.t5, t5ConfigOf(config.recommender, vocabulary.size));
  const { identifiers, itemIds } = await itemsIn(map, vocabulary);
  return {
    ...model,
    config: { ...config, recommender: { ...config.recommender, dropout: model.t5.dropout } },
    data: dataIn(map),
    identifiers,
    itemIds,
  };
}

function requireVersion(map: JsonObject): void {
  if (map['format'] !== MAP_FORMAT)
    throw new FormatError('model/missing', `import a model: ${MAP_FILE} is not a Tessera model’s; export it again.`);
  if (map['version'] !== MAP_VERSION)
    throw new FormatError(
      'model/version',
      `import a model: ${MAP_FILE} has version ${JSON.stringify(map['version'] ?? null)}, this program reads ${MAP_VERSION}; use the program that wrote it.`,
    );
  if (map['network'] !== 't5')
    throw new FormatError(
      'model/version',
      `import a model: ${MAP_FILE} names another network than "t5"; update Tessera.`,
    );
}

/** Dropout may change on the way; every other size decides what the parameters mean. */
function requireShape(came: T5Config, wanted: T5Config): void {
  for (const [field, value] of Object.entries({ ...wanted, dropout: came.dropout })) {
    const given = Object.entries(came).find(([name]) => name === field)?.[1];
    if (given !== value)
      throw new FormatError(
        'model/shape',
        `import a model: config.json gives ${field} ${given}, ${MAP_FILE} ${value}; the folder mixes files of two models.`,
      );
  }
}

function dataIn(map: JsonObject): PortableRun['data'] {
  const { data } = map;
  const { name, hash } = isJsonObject(data) ? data : {};
  if (typeof name === 'string' && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)) return { name, hash };
  throw new FormatError(
    'model/missing',
    `import a model: ${MAP_FILE} does not say which data it is for; export it again.`,
  );
}

async function itemsIn(
  map: JsonObject,
  vocabulary: IdentifierVocabulary,
): Promise<Pick<PortableRun, 'identifiers' | 'itemIds'>> {
  const { items } = map;
  const refuse = (item: number, what: string): FormatError =>
    new FormatError('model/items', `import a model: ${MAP_FILE} item ${item}: ${what}; export it again.`);
  if (!Array.isArray(items) || items.length === 0) throw refuse(0, 'there is no list of items');
  const { digits } = vocabulary;
  const values = new Uint16Array(items.length * digits);
  const ids: string[] = [];
  (items as readonly JsonValue[]).forEach((row, item) => {
    const { id, codes, tokens } = isJsonObject(row) ? row : {};
    if (!isDigits(codes, digits)) throw refuse(item, `wanted ${digits} codes`);
    values.set(codes, item * digits);
    const own = codes.map((code, digit) => tokenOfDigit(vocabulary, digit, code));
    if (!isDigits(tokens, digits) || tokens.join() !== own.join())
      throw refuse(item, `its codes ${codes.join()} are the tokens ${own.join()}, the file says otherwise`);
    if (typeof id === 'string') ids.push(id);
  });
  if (ids.length !== 0 && ids.length !== items.length) throw refuse(ids.length, 'some items have an id, others none');
  buildTrie(identifierTokens(vocabulary, values), digits);
  const identifiers = await makeIdentifiers(vocabulary.levels, vocabulary.codes, values);
  if (map['identifiers'] !== identifiers.hash) throw refuse(0, 'the identifiers do not have the hash beside them');
  return { identifiers, itemIds: ids.length > 0 ? ids : null };
}

function isDigits(value: JsonValue | undefined, count: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length === count &&
    value.every((code) => typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= 0xffff)
  );
}
