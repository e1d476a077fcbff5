import { describe, expect, it } from 'vitest';
import { importMemory } from '../../../test/fixtures/importSources';
import { writeSafetensors } from '../../formats/safetensors';
import { float32Tensor } from '../../formats/typedValues';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1);
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const npy = (shape: string, data: Uint8Array): Uint8Array => {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117, ' ');
  const head = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0);
  return Uint8Array.of(...head, ...new TextEncoder().encode(`${header}\n`), ...data);
};

const MAPPING = JSON.stringify({
  user2id: { '[PAD]': 0, u1: 1 },
  item2id: { '[PAD]': 0, B2: 1, B1: 2 },
  id2user: ['[PAD]', 'u1'],
  id2item: ['[PAD]', 'B2', 'B1'],
});

describe('the reference repositories’ layout', () => {
  it('reads sequences, mapping, texts, pictures, codes and raw vectors of a folder', async () => {
    const { candidates, unrecognised, sinks } = await importMemory({
      'data/Game/all_item_seqs.json': '{"u1": ["B1", "B2", "B1"], "u2": ["B2"]}',
      'data/Game/id_mapping.json': MAPPING,
      'data/Game/metadata.sentence.json': '{"B1": "A Game. For two.", "B2": "Another"}',
      'data/Game/Images/B1.jpg': JPEG,
      'data/Game/rqvae/t5_256,256_9990.sem_ids': '{"B1": [3, 5, 1], "B2": [3, 5, 2]}',
      'data/Game/sentence-t5-base.sent_emb': floats(1, 2, 3, 4, 5, 6),
      'data/Game/notes.txt': 'x',
    });
    expect(candidates).toMatchObject([{ format: 'reference', domainName: 'Game', confidence: 1, isAddition: false }]);
    expect(unrecognised).toEqual(['data/Game/notes.txt']);
    const [sink] = sinks;
    expect(sink?.rejected).toEqual([]);
    expect(sink?.sequences.map(({ user, items }) => [user, items])).toEqual([
      ['u1', ['B1', 'B2', 'B1']],
      ['u2', ['B2']],
    ]);
    expect([...(sink?.items.keys() ?? [])]).toEqual(['B2', 'B1']);
    expect(sink?.items.get('B1')).toMatchObject({ title: 'A Game', text: 'A Game. For two.' });
    expect(sink?.codesOf.get('t5_256,256_9990')?.get('B2')).toEqual([3, 5, 2]);
    expect([...(sink?.vectors.get('B2') ?? [])]).toEqual([1, 2, 3]);
    expect([...(sink?.vectors.get('B1') ?? [])]).toEqual([4, 5, 6]);
    expect(sink?.images.get('B1')).toEqual({ bytes: JPEG, mediaType: 'image/jpeg' });
  });

  it('lists users whose list is none, and pictures that are none', async () => {
    const { sinks } = await importMemory({
      'all_item_seqs.json': '{"a": ["x"], "b": "x",\n "c": ["x", {}], "d": [], "__proto__": ["x"]}',
      'Images/x.png': 'no picture',
    });
    expect(sinks[0]?.sequences).toHaveLength(1);
    expect(sinks[0]?.rejected.map(({ file, line, column }) => `${file} ${line}:${column}`)).toEqual([
      'all_item_seqs.json 1:14',
      'all_item_seqs.json 2:2',
      'all_item_seqs.json 2:18',
      'all_item_seqs.json 2:27',
      'Images/x.png 1:0',
    ]);
  });

  it('refuses vectors that do not fit the items, and a cut file', async () => {
    const vectors = (bytes: Uint8Array) => ({ 'id_mapping.json': MAPPING, 'a.sent_emb': bytes });
    await expect(importMemory(vectors(floats(1, 2, 3)))).rejects.toMatchObject({ code: 'vectors/size' });
    await expect(importMemory({ 'all_item_seqs.json': '{"a": ["x"],' })).rejects.toMatchObject({
      code: 'json/truncated',
    });
  });
});

describe('vectors, codes and pictures for a domain that is there', () => {
  it('reads a .npy matrix by the ids beside it or by the known order', async () => {
    const file = npy('(2, 2)', floats(1, 2, 3, 4));
    const beside = await importMemory({ 'v.npy': file, 'v.ids.txt': 'B1\nB2\n' });
    expect(beside.candidates).toMatchObject([{ format: 'vectors', isAddition: true }]);
    expect([...(beside.sinks[0]?.vectors.get('B2') ?? [])]).toEqual([3, 4]);
    const known = await importMemory({ 'v.npy': file }, { itemOrder: ['x', 'y'] });
    expect([...(known.sinks[0]?.vectors.get('x') ?? [])]).toEqual([1, 2]);
    await expect(importMemory({ 'v.npy': file })).rejects.toMatchObject({ code: 'vectors/ids' });
    await expect(importMemory({ 'v.npy': file }, { itemOrder: ['x'] })).rejects.toMatchObject({ code: 'vectors/rows' });
    const cut = importMemory({ 'v.npy': file.subarray(0, -1) }, { itemOrder: ['x', 'y'] });
    await expect(cut).rejects.toMatchObject({ code: 'vectors/short' });
    const flat = importMemory({ 'v.npy': npy('(4,)', floats(1, 2, 3, 4)) }, { itemOrder: ['x'] });
    await expect(flat).rejects.toMatchObject({ code: 'vectors/shape' });
  });

  it('reads safetensors: one matrix with its ids, or one vector an item', async () => {
    const matrix = float32Tensor(Float32Array.of(1, 2, 3, 4), [2, 2]);
    const whole = writeSafetensors(new Map([['embeddings', matrix]]), new Map([['ids', '["B1","B2"]']]));
    const one = await importMemory({ 'a.safetensors': whole });
    expect([...(one.sinks[0]?.vectors.get('B2') ?? [])]).toEqual([3, 4]);
    const each = writeSafetensors(
      new Map([
        ['B1', float32Tensor(Float32Array.of(1, 2), [2])],
        ['B2', float32Tensor(Float32Array.of(3, 4), [2])],
      ]),
    );
    const many = await importMemory({ 'b.safetensors': each });
    expect([...(many.sinks[0]?.vectors ?? [])].map(([id, vector]) => [id, [...vector]])).toEqual([
      ['B1', [1, 2]],
      ['B2', [3, 4]],
    ]);
  });

  it('reads pictures and codes by themselves', async () => {
    const { candidates, sinks } = await importMemory({ 'pics/7.jpeg': JPEG, 'x/a.sem_ids': '{"7":[1,2],"8":[1]}' });
    expect(candidates.map(({ format, isAddition }) => [format, isAddition])).toEqual([
      ['images', true],
      ['codes', true],
    ]);
    expect(sinks[0]?.images.has('7')).toBe(true);
    expect(sinks[1]?.rejected).toMatchObject([{ line: 1, column: 12, content: '"8":[1]' }]);
  });
});
