import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenNumber, goldenTensor, loadGolden } from '../../../test/goldens';
import { GpuDevice } from '../../gpu/device';
import { adamw } from '../../nn/optimizers';
import { Engine } from '../../plan/engine';
import type { Pictures } from './pictures';
import { DEFAULT_VAE, vaeEncode, vaeLosses, vaeParameters } from './vae';
import { trainVae, VaeCodec } from './vaeCodec';

let engine: Engine;
beforeAll(async () => {
  engine = new Engine(await GpuDevice.acquire(navigator.gpu));
});
afterAll(() => {
  expect(engine.device.uncapturedErrors).toEqual([]);
});

describe('the picture autoencoder against PyTorch', () => {
  it('has losses, latents and every gradient', async () => {
    const golden = loadGolden('models/utgrec/golden/vae');
    const number = v.number();
    const { config, halvings } = v.parse(
      v.object({
        config: v.object({
          channels: number,
          width: number,
          epochs: number,
          batchSize: number,
          learningRate: number,
          klWeight: number,
        }),
        halvings: number,
      }),
      golden.meta,
    );
    const specs = vaeParameters(config, halvings);
    const variables = engine.variables(specs, 1);
    const stored = (name: string) => {
      const { data, shape } = goldenTensor(golden, name);
      return { data: Float32Array.from(data), shape };
    };
    for (const { name } of specs) variables.write(name, stored(`parameter:${name}`).data);
    const step = engine.compile(
      variables,
      ({ params, input }) => {
        const { total, squared, divergence } = vaeLosses(params, config, halvings, input('x'), input('noise'));
        return { loss: total, metrics: { squared, divergence } };
      },
      adamw({ learningRate: 0 }),
    );
    await step.run({ x: stored('pictures'), noise: stored('noise') });
    const [row] = await step.metrics();
    for (const [name, found] of [
      ['total', row?.loss],
      ['squared', row?.extra['squared']],
      ['divergence', row?.extra['divergence']],
    ] as const)
      expect(Math.abs((found ?? Number.NaN) / goldenNumber(golden, 'losses', name) - 1), name).toBeLessThan(1e-5);
    for (const { name } of specs) {
      const [got, want] = [await variables.read(name, 'gradients'), stored(`grad:${name}`).data];
      const scale = Math.max(...want.map(Math.abs));
      for (const [at, value] of want.entries())
        expect(Math.abs((got[at] ?? Number.NaN) - value), name).toBeLessThan(1e-4 * scale);
    }
    const encode = engine.compile(variables, ({ params, input }) => ({
      outputs: { ...vaeEncode(params, config, halvings, input('x')) },
    }));
    const program = await encode.run({ x: stored('pictures') });
    for (const name of ['mean', 'logVariance'] as const) {
      const got = await program.readFloats(name);
      for (const [at, value] of stored(name).data.entries()) expect(got[at], name).toBeCloseTo(value, 5);
    }
    await step.dispose();
    await encode.dispose();
    variables.dispose();
  });
});

const SIDE = 8;
/** A coloured half over another colour, cut at a height of its own; every fifth item has no picture. */
function pictures(count: number): Pictures {
  const pixels = new Uint8Array(count * SIDE * SIDE * 3);
  for (let item = 0; item < count; item++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++)
        for (let channel = 0; channel < 3; channel++) {
          const isUpper = y < 2 + (item % 5);
          pixels[((item * SIDE + y) * SIDE + x) * 3 + channel] = isUpper
            ? (item * 53 * (channel + 1)) % 256
            : 40 * channel;
        }
  return { side: SIDE, pixels, isPresent: Uint8Array.from({ length: count }, (_, item) => (item % 5 === 4 ? 0 : 1)) };
}

describe('an autoencoder trained on pictures', () => {
  const geometry = {
    config: { ...DEFAULT_VAE, width: 8, channels: 4, epochs: 60, batchSize: 16, learningRate: 5e-3 },
    side: SIDE,
    patch: 4,
  };

  it('keeps far more of them than their mean, and scales latents to deviation 1', async () => {
    const held = pictures(60);
    let steps = 0;
    const trained = await trainVae(engine, geometry, held, { seed: 3, onStep: () => void steps++ });
    expect(steps).toBe(3 * 60);
    const values = Array.from(held.pixels).filter((_, at) => held.isPresent[Math.floor(at / (SIDE * SIDE * 3))] === 1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + ((value - mean) / 127.5) ** 2, 0) / values.length;
    expect(trained.error).toBeLessThan(variance / 5);
    const codec = new VaeCodec(engine, geometry, trained);
    const latents = await codec.encode(held);
    const size = 4 * 4;
    let squares = 0;
    for (let item = 0; item < 60; item++) {
      const own = latents.subarray(item * size, (item + 1) * size);
      if (held.isPresent[item]) squares += own.reduce((sum, value) => sum + value * value, 0) / (48 * size);
      else expect(own.every((value) => value === 0)).toBe(true);
      expect(own.every((value) => Math.abs(value) <= trained.bound * 1.0001)).toBe(true);
    }
    expect(squares).toBeCloseTo(1, 3);
    // Decoded to bytes: the measured error is that of the pictures themselves, up to the rounding of bytes.
    const drawn = await codec.pixels(latents.slice(0, size));
    expect(drawn).toHaveLength(1);
    let error = 0;
    drawn[0]?.forEach((value, at) => {
      error += ((value - (held.pixels[at] as number)) / 127.5) ** 2 / (SIDE * SIDE * 3);
    });
    expect(error).toBeLessThan(4 * trained.error + 1e-3);
    await codec.dispose();
  });

  it('repeats itself, and learns otherwise from another seed', async () => {
    const short = { ...geometry, config: { ...geometry.config, epochs: 2 } };
    const weightsOf = async (seed: number) => (await trainVae(engine, short, pictures(20), { seed })).parameters;
    const [first, again, other] = [await weightsOf(3), await weightsOf(3), await weightsOf(4)];
    expect(again).toEqual(first);
    expect(other.get('vae.decoder.out.weight')).not.toEqual(first.get('vae.decoder.out.weight'));
  });

  it('mirrors pictures before it encodes them', async () => {
    const held = pictures(5);
    const trained = await trainVae(engine, { ...geometry, config: { ...geometry.config, epochs: 1 } }, held, {
      seed: 3,
    });
    const codec = new VaeCodec(engine, geometry, trained);
    // Rows of one colour: their mirror image is themselves.
    expect(await codec.encode(held, true)).toEqual(await codec.encode(held));
    const turned = {
      ...held,
      pixels: held.pixels.map((value, at) => (value + (Math.floor(at / 3) % SIDE) * 20) % 256),
    };
    expect(await codec.encode(turned, true)).not.toEqual(await codec.encode(turned));
    await codec.dispose();
  });

  it('stops when asked, refuses latents it cannot halve to, and goes without pictures', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(trainVae(engine, geometry, pictures(10), { seed: 1, signal: abort.signal })).rejects.toMatchObject({
      code: 'job/stopped',
    });
    for (const patch of [1, 3, 16])
      await expect(trainVae(engine, { ...geometry, patch }, pictures(10), { seed: 1 })).rejects.toMatchObject({
        code: 'utgrec/vae',
      });
    const blank = { ...pictures(4), isPresent: new Uint8Array(4) };
    expect(await trainVae(engine, geometry, blank, { seed: 1 })).toMatchObject({ scale: 1, bound: 1, error: 0 });
  });
});
