import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mirror, pixelLatents, pixelsOfPatches, shrink, writePatches } from './pictures';

describe('pictures', () => {
  it('cut into patches and put together again are the same', () => {
    const sizes = fc.constantFrom([4, 2], [6, 3], [8, 2], [4, 4]);
    const square = sizes.chain(([side = 4, patch = 2]) =>
      fc
        .uint8Array({ minLength: side * side * 3, maxLength: side * side * 3 })
        .map((pixels) => ({ side, patch, pixels })),
    );
    fc.assert(
      fc.property(square, ({ side, patch, pixels }) => {
        const patches = new Float32Array(pixels.length);
        expect(writePatches(pixels, side, patch, patches, 0)).toBe(pixels.length);
        expect(pixelsOfPatches(patches, side, patch)).toEqual(Uint8Array.from(pixels));
      }),
    );
  });

  it('orders patches by rows', () => {
    const pixels = Uint8Array.from({ length: 4 * 4 * 3 }, (_, at) => Math.floor(at / 3));
    const patches = new Float32Array(48);
    writePatches(pixels, 4, 2, patches, 0);
    const first = Array.from({ length: 4 }, (_, patch) => Math.round(((patches[patch * 12] ?? 0) + 1) * 127.5));
    expect(first).toEqual([0, 2, 8, 10]);
  });

  it('mirror from right to left', () => {
    const pixels = Uint8Array.from({ length: 3 * 3 * 3 }, (_, at) => at);
    expect([...mirror(pixels, 3).subarray(0, 9)]).toEqual([6, 7, 8, 3, 4, 5, 0, 1, 2]);
    expect(mirror(mirror(pixels, 3), 3)).toEqual(pixels);
    const pictures = { side: 3, pixels: mirror(pixels, 3), isPresent: Uint8Array.of(1) };
    expect(pixelLatents(pictures, 3, 1, true)).toEqual(pixelLatents({ ...pictures, pixels }, 3, 1));
  });

  it('shrink by means of blocks', () => {
    const pixels = Uint8Array.from({ length: 2 * 2 * 3 }, (_, at) => [0, 10, 20, 30][Math.floor(at / 3)] ?? 0);
    expect([...shrink(pixels, 2, 1)]).toEqual([15, 15, 15]);
    expect(() => shrink(pixels, 2, 3)).toThrow(expect.objectContaining({ code: 'utgrec/patch' }));
  });

  it('give zeros for an item without a picture', () => {
    const pictures = { side: 2, pixels: new Uint8Array(24).fill(255), isPresent: Uint8Array.of(0, 1) };
    expect([...pixelLatents(pictures, 1, 1)]).toEqual([0, 0, 0, 1, 1, 1]);
  });
});
