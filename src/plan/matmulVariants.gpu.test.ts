import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halfWords, roundHalf } from '../../test/fixtures/half';
import { normalArray } from '../base/random';
import { GpuDevice } from '../gpu/device';
import type { MatmulAttributes } from '../tensor/ops/matmul';
import { MATMUL_KERNELS, type MatmulChoice } from './matmulChoice';
import { MatmulTrial } from './matmulTrial';

/** Odd, even-but-unaligned, aligned and tile-crossing sizes; K around the unrolling of each kernel. */
const SIZES: readonly (readonly [batch: number, m: number, n: number, k: number])[] = [
  [1, 1, 1, 1],
  [1, 5, 3, 2],
  [1, 9, 68, 7],
  [1, 66, 65, 33],
  [1, 64, 64, 32],
  [1, 12, 100, 260],
  [3, 10, 12, 5],
  [2, 70, 36, 19],
  [4, 8, 30, 16],
  [1, 130, 4, 515],
];
const EPILOGUE_SIZES: readonly (readonly [number, number, number, number])[] = [
  [1, 11, 24, 9],
  [2, 9, 13, 20],
];
const EPILOGUES = ['none', 'relu', 'add', 'reluMask', 'bias', 'biasRelu'] as const;
const FAMILIES = ['panel', 'subgroup4', 'tile'] as const;

describe('matrix product kernels', () => {
  let device: GpuDevice;
  const ran = new Set<string>();
  beforeAll(async () => {
    // The software driver then has subgroups of 4, so that every family runs; it reads this when the adapter is made.
    process.env['LP_NATIVE_VECTOR_WIDTH'] = '128';
    device = await GpuDevice.acquire(navigator.gpu);
  });
  afterAll(() => {
    expect(device.uncapturedErrors).toEqual([]);
    device.dispose();
  });

  const attributesOf = (
    [batch, m, n, k]: readonly [number, number, number, number],
    more: Partial<MatmulAttributes>,
  ): MatmulAttributes => ({
    batch,
    m,
    n,
    k,
    transposeA: false,
    transposeB: false,
    alpha: 1,
    epilogue: 'none',
    aBatchStride: batch === 1 ? 0 : m * k,
    bBatchStride: batch === 1 ? 0 : k * n,
    ...more,
  });
  /** The operand `half` is rounded to f16 before it comes (`rounded`) or stored as f16 words (`words`). */
  const result = async (
    attributes: MatmulAttributes,
    choice: MatmulChoice,
    half: { readonly side: 'a' | 'b'; readonly as: 'rounded' | 'words' } | null = null,
  ): Promise<Float32Array> => {
    const { batch, m, n, k, epilogue, bBatchStride } = attributes;
    const auxSize =
      epilogue === 'add' || epilogue === 'reluMask'
        ? batch * m * n
        : epilogue === 'bias' || epilogue === 'biasRelu'
          ? n
          : 0;
    const operands = {
      a: normalArray(batch * m * k, 11),
      b: normalArray((bBatchStride === 0 ? 1 : batch) * k * n, 12),
      aux: auxSize > 0 ? normalArray(auxSize, 13) : null,
    };
    const given = half && {
      [half.side]: half.as === 'words' ? halfWords(operands[half.side]) : operands[half.side].map(roundHalf),
    };
    const trial = await MatmulTrial.build(device, attributes, { ...operands, ...given }, choice);
    try {
      for (const kernel of trial.kernels) ran.add(kernel);
      await trial.run();
      return await trial.read();
    } finally {
      trial.dispose();
    }
  };
  /** Largest difference from matmul_plain, in units of the error that float32 sums of K unit products may have. */
  const excess = async (attributes: MatmulAttributes, choice: MatmulChoice, half?: 'a' | 'b'): Promise<number> => {
    const rounded = half ? ({ side: half, as: 'rounded' } as const) : null;
    const want = await result(attributes, { family: 'plain', splits: 1 }, rounded);
    const got = await result(attributes, choice, half ? { side: half, as: 'words' } : null);
    expect(got.length).toBe(want.length);
    const bound = 1e-6 * (8 + attributes.k);
    return got.reduce(
      (worst, value, i) =>
        Math.max(
          worst,
          Math.abs(value - (want[i] ?? Number.NaN)) / bound || (Number.isFinite(value) ? 0 : Number.POSITIVE_INFINITY),
        ),
      0,
    );
  };
  const canRun = (family: (typeof FAMILIES)[number]): boolean =>
    family !== 'subgroup4' || device.profile.subgroupSize === 4;

  for (const family of FAMILIES) {
    for (const transposeA of [false, true])
      for (const transposeB of [false, true])
        it(`${family} agrees with matmul_plain${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''} on every size`, async ({
          skip,
        }) => {
          skip(!canRun(family), 'needs subgroups of exactly 4');
          for (const size of SIZES)
            expect(
              await excess(attributesOf(size, { transposeA, transposeB, alpha: 0.5 }), { family, splits: 1 }),
              `${size}`,
            ).toBeLessThan(1);
        });

    it(`${family} applies every epilogue, with and without padding`, async ({ skip }) => {
      skip(!canRun(family), 'needs subgroups of exactly 4');
      for (const size of EPILOGUE_SIZES)
        for (const epilogue of EPILOGUES)
          for (const transposeB of [false, true])
            expect(
              await excess(attributesOf(size, { epilogue, transposeB, alpha: 2 }), { family, splits: 1 }),
              `${size} ${epilogue}`,
            ).toBeLessThan(1);
    });
  }

  for (const family of [...FAMILIES, 'plain'] as const)
    it(`${family} reads an f16 operand as f32 numbers of its rounding, on every size, layout and epilogue`, async ({
      skip,
    }) => {
      skip(family !== 'plain' && !canRun(family), 'needs subgroups of exactly 4');
      for (const half of ['a', 'b'] as const) {
        for (const transposeA of [false, true])
          for (const transposeB of [false, true])
            for (const size of SIZES)
              expect(
                await excess(attributesOf(size, { transposeA, transposeB }), { family, splits: 1 }, half),
                `${half} ${size} ${transposeA} ${transposeB}`,
              ).toBeLessThan(1);
        for (const epilogue of EPILOGUES)
          expect(
            await excess(
              attributesOf([2, 12, 24, 20], { epilogue, transposeA: true, alpha: 2 }),
              { family, splits: family === 'tile' ? 2 : 1 },
              half,
            ),
            `${half} ${epilogue}`,
          ).toBeLessThan(1);
      }
    });

  it('reads one shared second operand for all of a batch', async () => {
    for (const family of FAMILIES.filter(canRun))
      for (const transposeB of [false, true])
        expect(
          await excess(attributesOf([3, 10, 18, 7], { transposeA: true, transposeB, bBatchStride: 0 }), {
            family,
            splits: 1,
          }),
          family,
        ).toBeLessThan(1);
  });

  it('sums the splits of K to the same product with every epilogue', async () => {
    for (const epilogue of EPILOGUES)
      for (const splits of [2, 3, 7])
        expect(
          await excess(attributesOf([2, 20, 13, 301], { transposeA: true, epilogue, alpha: 0.25 }), {
            family: 'tile',
            splits,
          }),
          `${epilogue} ${splits}`,
        ).toBeLessThan(1);
  });

  it('gives the same bits twice', async () => {
    for (const family of FAMILIES.filter(canRun)) {
      const attributes = attributesOf([1, 66, 65, 300], {});
      const choice = { family, splits: family === 'tile' ? 2 : 1 };
      expect(await result(attributes, choice)).toEqual(await result(attributes, choice));
    }
  });

  it('has run every generated kernel that the adapter can run', () => {
    const all = FAMILIES.filter(canRun)
      .flatMap((family) => MATMUL_KERNELS[family].flatMap(({ name, halfA, halfB }) => [name, halfA, halfB]))
      .filter((name) => name !== undefined);
    const others = ['matmul_pack', 'matmul_finish', 'matmul_plain', 'half_unpack'];
    expect([...ran].sort()).toEqual([...all, ...others].sort());
  });
});
