import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenNumber, goldenTensor, loadGolden } from './goldens';

const folders = ['models/t5/golden', 'models/rqvae/golden', 'models/blocks/golden'];
const stems = folders.flatMap((folder) =>
  readdirSync(new URL(`../${folder}`, import.meta.url))
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${folder}/${name.replace('.json', '')}`),
);

describe('golden files', () => {
  it.each(stems)('%s names its versions and holds finite numbers of the listed shapes', (stem) => {
    const golden = loadGolden(stem);
    expect(golden.meta.versions).toMatchObject({ torch: expect.any(String), transformers: expect.any(String) });
    const shapes = Object.fromEntries([...golden.tensors].map(([name, tensor]) => [name, [...tensor.shape]]));
    expect(shapes).toEqual(golden.meta.tensors ?? {});
    for (const [name, tensor] of golden.tensors) expect(tensor.data.every(Number.isFinite), name).toBe(true);
  });

  it('gives logits that vary and tokens as integers', () => {
    const golden = loadGolden('models/t5/golden/tied.safetensors');
    const { shape, data } = goldenTensor(golden, 'output:logits');
    expect(shape).toEqual([3, 5, 40]);
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(1);
    expect(goldenTensor(golden, 'input:input_ids').data).toBeInstanceOf(Int32Array);
    expect(goldenNumber(golden, 'config', 'd_model')).toBe(16);
  });

  it('refuses a name that is not there', () => {
    expect(() => goldenTensor(loadGolden('models/t5/golden/tied'), 'output:nothing')).toThrow(/wanted one of/);
  });
});
