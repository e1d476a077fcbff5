import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenTensor, loadGolden } from '../../../test/goldens';
import { inspectVaeFile, OnnxDecoder, OnnxEncoder, type VaeFile } from './onnxVae';
import type { Pictures } from './pictures';

const golden = loadGolden('models/utgrec/golden/onnx_vae');
const stored = (name: string): number[] => [...goldenTensor(golden, name).data];
const file = (name: string): VaeFile => ({
  name: `${name}.onnx`,
  bytes: new Uint8Array(readFileSync(`models/utgrec/golden/onnx_vae_${name}.onnx`)),
});
const SHAPE = { side: 8, patch: 2, hasMoments: true };
/** Five pictures of the builder, and a sixth item without one between them. */
const pictures: Pictures = {
  side: 8,
  pixels: Uint8Array.from([
    ...stored('pixels').slice(0, 192),
    ...new Array<number>(192).fill(7),
    ...stored('pixels').slice(192),
  ]),
  isPresent: Uint8Array.of(1, 0, 1, 1, 1, 1),
};
const WHOLE = { signal: new AbortController().signal };

describe('an autoencoder of the user', () => {
  it('gives the means that ONNX Runtime gives in Python, in batches of the size that the file fixes', async () => {
    const encoder = await OnnxEncoder.open(file('encoder'), SHAPE);
    const told: number[] = [];
    const { latents, channels } = await encoder.encode(pictures, false, {
      ...WHOLE,
      onPicture: (done) => void told.push(done),
    });
    await encoder.dispose();
    expect(channels).toBe(3);
    expect(told).toEqual([2, 4, 5]);
    const mean = stored('mean');
    const wanted = [...mean.slice(0, 48), ...new Array<number>(48).fill(0), ...mean.slice(48)];
    expect(latents).toHaveLength(wanted.length);
    latents.forEach((value, at) => {
      expect(value, String(at)).toBeCloseTo(wanted[at] ?? Number.NaN, 5);
    });
  });

  it('encodes mirrored pictures as pictures that are mirrored', async () => {
    const encoder = await OnnxEncoder.open(file('encoder'), SHAPE);
    const turned = Uint8Array.from(pictures.pixels, (_, at) => {
      const x = Math.floor(at / 3) % 8;
      return pictures.pixels[at + 3 * (7 - 2 * x)] as number;
    });
    const mirrored = await encoder.encode(pictures, true, WHOLE);
    expect(mirrored).toEqual(await encoder.encode({ ...pictures, pixels: turned }, false, WHOLE));
    await encoder.dispose();
  });

  it('draws the pictures that ONNX Runtime draws in Python', async () => {
    const decoder = await OnnxDecoder.open(file('decoder'), SHAPE, 3);
    const drawn = await decoder.pixels(Float32Array.from(stored('mean')), 3);
    await decoder.dispose();
    const wanted = stored('decoded').map((value) => (Math.min(1, Math.max(-1, value)) + 1) * 127.5);
    expect(drawn).toHaveLength(5);
    drawn.forEach((picture, at) => {
      picture.forEach((value, place) => {
        expect(Math.abs(value - (wanted[at * 192 + place] ?? Number.NaN))).toBeLessThan(0.501);
      });
    });
  });

  it('says what a file is', async () => {
    expect(await inspectVaeFile(file('encoder'), 'encoder')).toEqual({
      input: '[2, 3, 8, 8]',
      output: '[2, 6, 4, 4]',
      side: 8,
      latentSide: 4,
      channels: 6,
    });
    expect(await inspectVaeFile(file('decoder'), 'decoder')).toMatchObject({
      input: '[·, 3, 4, 4]',
      side: 8,
      channels: 3,
    });
    // The tiny decoder reads 3 channels as pictures have: its 4 → 8 pixels give it away, the encoder's 6 channels do.
    await expect(inspectVaeFile(file('decoder'), 'encoder')).rejects.toMatchObject({ code: 'utgrec/onnx-input' });
    await expect(inspectVaeFile(file('encoder'), 'decoder')).rejects.toMatchObject({
      code: 'utgrec/onnx-output',
      message: expect.stringContaining('[2, 3, 8, 8] → [2, 6, 4, 4]'),
    });
  });

  it.each([
    [
      'bytes that are no model',
      'utgrec/onnx-file',
      () => OnnxEncoder.open({ name: 'x', bytes: Uint8Array.of(1, 2, 3) }, SHAPE),
    ],
    ['an empty file', 'utgrec/onnx-size', () => OnnxEncoder.open({ name: 'x', bytes: new Uint8Array() }, SHAPE)],
    [
      'a file cut short',
      'utgrec/onnx-file',
      () => OnnxEncoder.open({ name: 'x', bytes: file('encoder').bytes.slice(0, 900) }, SHAPE),
    ],
    ['the decoder in the encoder’s place', 'utgrec/onnx-input', () => OnnxEncoder.open(file('decoder'), SHAPE)],
    ['another side', 'utgrec/onnx-input', () => OnnxEncoder.open(file('encoder'), { ...SHAPE, side: 16, patch: 4 })],
    ['another latent', 'utgrec/onnx-output', () => OnnxEncoder.open(file('encoder'), { ...SHAPE, patch: 4 })],
    ['the encoder in the decoder’s place', 'utgrec/onnx-input', () => OnnxDecoder.open(file('encoder'), SHAPE, 3)],
    ['a decoder of other channels', 'utgrec/onnx-input', () => OnnxDecoder.open(file('decoder'), SHAPE, 4)],
  ])('refuses %s and says what it wanted', async (_, code, open) => {
    await expect(open()).rejects.toMatchObject({ code, message: expect.stringMatching(/wanted|export it/) });
  });

  it('takes all channels for means where they are not said to come with variances', async () => {
    const encoder = await OnnxEncoder.open(file('encoder'), { ...SHAPE, hasMoments: false });
    expect((await encoder.encode(pictures, false, WHOLE)).channels).toBe(6);
    await encoder.dispose();
  });

  it('stops between batches', async () => {
    const encoder = await OnnxEncoder.open(file('encoder'), SHAPE);
    const control = new AbortController();
    const stopped = encoder.encode(pictures, false, { signal: control.signal, onPicture: () => control.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'job/stopped' });
    await encoder.dispose();
  });
});
