import { beforeAll, describe, expect, it } from 'vitest';
import { tinyRun } from '../../test/fixtures/tinyRun';
import { TesseraError } from '../base/errors';
import { readSafetensors, type SafetensorTensor, writeSafetensors } from '../formats/safetensors';
import { float32Tensor } from '../formats/typedValues';
import { writeOnnx } from '../recommenders/t5/onnxGraph';
import { type PortableRun, readModelFolder, writeModelFolder } from './modelFolder';
import { RUN_FILE, readPortableRun, readRunText, runFilesOf } from './portableRun';

let run: PortableRun;
let folder: Map<string, Uint8Array>;
beforeAll(async () => {
  run = await tinyRun();
  folder = writeModelFolder(run);
});

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The folder with one of its JSON files changed. */
function withJson(name: string, change: (value: Record<string, unknown>) => void): Map<string, Uint8Array> {
  const value = JSON.parse(text(folder.get(name))) as Record<string, unknown>;
  change(value);
  return new Map(folder).set(name, bytes(JSON.stringify(value)));
}

function withTensors(change: (tensors: Map<string, SafetensorTensor>) => void): Map<string, Uint8Array> {
  const tensors = new Map(readSafetensors(folder.get('model.safetensors') ?? new Uint8Array()).tensors);
  change(tensors);
  return new Map(folder).set('model.safetensors', writeSafetensors(tensors));
}

const without = (name: string, ...extra: string[]): Map<string, Uint8Array> => {
  const files = new Map(folder);
  files.delete(name);
  for (const other of extra) files.set(other, new Uint8Array());
  return files;
};

async function refusal(files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  try {
    await readModelFolder(files);
  } catch (error) {
    if (error instanceof TesseraError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('a model folder', () => {
  it('comes back the same: configuration, identifiers, ids, every parameter', async () => {
    expect(await readModelFolder(folder)).toEqual(run);
  });

  it('does not need item ids', async () => {
    const anonymous = { ...run, itemIds: null };
    expect(await readModelFolder(writeModelFolder(anonymous))).toEqual(anonymous);
  });

  it('takes a changed dropout along', async () => {
    const back = await readModelFolder(
      withJson('config.json', (config) => Object.assign(config, { dropout_rate: 0.3 })),
    );
    expect(back.config.recommender.dropout).toBe(0.3);
  });

  it('takes the embedding under the library’s other names', async () => {
    const shared = run.parameters.get('shared.weight') ?? new Float32Array();
    const tied = withTensors((tensors) => tensors.set('lm_head.weight', float32Tensor(shared, [275, 16])));
    expect(await refusal(tied)).toBe('accepted');
  });

  it.each<[string, string, () => Map<string, Uint8Array>]>([
    ['no map', 'model/missing', () => without('tessera.json')],
    ['no sizes', 'hf/missing', () => without('config.json')],
    ['no weights', 'hf/missing', () => without('model.safetensors')],
    ['pickled weights', 'model/pickle', () => without('model.safetensors', 'pytorch_model.bin')],
    ['shards', 'hf/sharded', () => without('model.safetensors', 'model-00001-of-00002.safetensors')],
    [
      'weights that are a pickle',
      'model/pickle',
      () => new Map(folder).set('model.safetensors', Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9)),
    ],
    [
      'weights that are a zip of a pickle',
      'model/pickle',
      () => new Map(folder).set('model.safetensors', bytes('PK\x03\x04archive/data.pkl')),
    ],
    [
      'a map of a later version',
      'model/version',
      () => withJson('tessera.json', (map) => Object.assign(map, { version: 2 })),
    ],
    ['a map without a version', 'model/version', () => withJson('tessera.json', (map) => delete map['version'])],
    [
      'another network',
      'model/version',
      () => withJson('tessera.json', (map) => Object.assign(map, { network: 'mamba' })),
    ],
    [
      'a larger vocabulary',
      'hf/tensor',
      () => withJson('config.json', (config) => Object.assign(config, { vocab_size: 276 })),
    ],
    [
      'another vocabulary in the map',
      'model/vocabulary',
      () => withJson('tessera.json', (map) => Object.assign(map, { vocabulary: { size: 275 } })),
    ],
    [
      'another width in the map',
      'model/shape',
      () =>
        withJson('tessera.json', (map) =>
          Object.assign((map['config'] as { recommender: object }).recommender, { width: 32 }),
        ),
    ],
    [
      'other buckets',
      'hf/tensor',
      () => withJson('config.json', (config) => Object.assign(config, { relative_attention_num_buckets: 64 })),
    ],
    [
      'another distance',
      'model/shape',
      () => withJson('config.json', (config) => Object.assign(config, { relative_attention_max_distance: 64 })),
    ],
    [
      'another norm',
      'model/shape',
      () => withJson('config.json', (config) => Object.assign(config, { layer_norm_epsilon: 1e-5 })),
    ],
    [
      'a gated feed-forward',
      'hf/architecture',
      () => withJson('config.json', (config) => Object.assign(config, { feed_forward_proj: 'gated-gelu' })),
    ],
    [
      'another kind of model',
      'hf/architecture',
      () => withJson('config.json', (config) => Object.assign(config, { model_type: 'bart' })),
    ],
    [
      'an untied head',
      'hf/architecture',
      () => withJson('config.json', (config) => Object.assign(config, { tie_word_embeddings: false })),
    ],
    [
      'another padding',
      'hf/architecture',
      () => withJson('config.json', (config) => Object.assign(config, { pad_token_id: 1 })),
    ],
    [
      'a size that is text',
      'hf/field',
      () => withJson('config.json', (config) => Object.assign(config, { d_model: '16' })),
    ],
    [
      'a million layers',
      'hf/field',
      () => withJson('config.json', (config) => Object.assign(config, { num_layers: 1e6 })),
    ],
    [
      'a missing tensor',
      'hf/tensor',
      () => withTensors((tensors) => tensors.delete('encoder.final_layer_norm.weight')),
    ],
    [
      'a tensor too many',
      'hf/tensor',
      () => withTensors((tensors) => tensors.set('adapter.weight', float32Tensor(Float32Array.of(1), [1]))),
    ],
    [
      'a transposed tensor',
      'hf/tensor',
      () =>
        withTensors((tensors) =>
          tensors.set(
            'encoder.block.0.layer.1.DenseReluDense.wi.weight',
            float32Tensor(new Float32Array(512), [16, 32]),
          ),
        ),
    ],
    [
      'a head of its own',
      'hf/tied',
      () =>
        withTensors((tensors) => tensors.set('lm_head.weight', float32Tensor(new Float32Array(275 * 16), [275, 16]))),
    ],
    [
      'a NaN',
      'hf/numbers',
      () =>
        withTensors((tensors) =>
          tensors.set('encoder.final_layer_norm.weight', float32Tensor(new Float32Array(16).fill(Number.NaN), [16])),
        ),
    ],
    [
      'codes that are not the tokens',
      'model/items',
      () =>
        withJson('tessera.json', (map) => Object.assign((map['items'] as object[])[4] ?? {}, { tokens: [1, 9, 18] })),
    ],
    [
      'two items with one identifier',
      'trie/duplicate',
      () =>
        withJson('tessera.json', (map) => {
          const items = map['items'] as object[];
          items[4] = items[5] ?? {};
        }),
    ],
    [
      'other identifiers',
      'model/items',
      () => withJson('tessera.json', (map) => Object.assign(map, { identifiers: '0' })),
    ],
    [
      'items in part without ids',
      'model/items',
      () => withJson('tessera.json', (map) => delete (map['items'] as { id?: string }[])[29]?.id),
    ],
    [
      'a code outside its codebook',
      'vocabulary/code',
      () => withJson('tessera.json', (map) => Object.assign((map['items'] as object[])[0] ?? {}, { codes: [9, 0, 1] })),
    ],
  ])('is refused with %s: %s', async (_, code, files) => {
    expect(await refusal(files())).toMatch(new RegExp(`^${code} .{20}`));
  });
});

describe('a folder of ONNX graphs', () => {
  const exported = (changed: PortableRun = run): Map<string, Uint8Array> => {
    const files = new Map<string, Uint8Array>([...writeModelFolder(run), ...writeOnnx(changed)]);
    files.delete('model.safetensors');
    return files;
  };

  it('comes back the same', async () => {
    expect(await readModelFolder(exported())).toEqual(run);
  });

  it('is refused without its decoder, and with graphs of another network or that were changed', async () => {
    const files = exported();
    files.delete('decoder_with_past_model.onnx');
    expect(await refusal(files)).toMatch(/^onnx\/missing /);
    const other = new Map([...run.parameters].map(([name, values]) => [name, values.map((value) => value * 2)]));
    // One graph of this model, one of another: both hold the embedding.
    const mixed = exported();
    const doubled = exported({ ...run, parameters: other }).get('encoder_model.onnx') ?? new Uint8Array();
    expect(await refusal(mixed.set('encoder_model.onnx', doubled))).toMatch(/^onnx\/graph /);
    const edited = exported();
    const encoder = edited.get('encoder_model.onnx')?.slice() ?? new Uint8Array();
    const at = Buffer.from(encoder).indexOf('Softmax');
    encoder.set(bytes('Sigmoid'), at);
    expect(await refusal(edited.set('encoder_model.onnx', encoder))).toMatch(/^onnx\/graph .*encoder_model/);
    expect(await refusal(exported().set('encoder_model.onnx', bytes('no graph')))).toMatch(/^onnx\/format /);
  });

  it('is refused with sizes of another network', async () => {
    const files = exported().set(
      'config.json',
      withJson('config.json', (config) => Object.assign(config, { d_ff: 64 })).get('config.json') ?? new Uint8Array(),
    );
    expect(await refusal(files)).toMatch(/^hf\/tensor /);
  });
});

describe('the files of an imported run', () => {
  const reader = (files: ReadonlyMap<string, Uint8Array>) => async (name: string) => files.get(name) ?? null;

  it('are a run with the same recommender', async () => {
    const files = runFilesOf(run);
    const description = readRunText(text(files.get(RUN_FILE)));
    expect(await readPortableRun(description, reader(files), run.itemIds)).toEqual(run);
  });

  it('refuses checkpoints of another run and a description of another version', async () => {
    const files = runFilesOf(run);
    const description = readRunText(text(files.get(RUN_FILE)));
    const other = { ...description, config: { ...description.config, seed: 1 } };
    await expect(readPortableRun(other, reader(files), null)).rejects.toMatchObject({ code: 'checkpoint/config' });
    const elsewhere = { ...description, data: { ...description.data, hash: '8'.repeat(64) } };
    await expect(readPortableRun(elsewhere, reader(files), null)).rejects.toMatchObject({ code: 'checkpoint/data' });
    expect(() => readRunText(text(files.get(RUN_FILE)).replace('"version": 1', '"version": 9'))).toThrow('version 9');
    files.delete('tokenizer.safetensors');
    await expect(readPortableRun(description, reader(files), null)).rejects.toMatchObject({ code: 'run/untrained' });
  });
});
