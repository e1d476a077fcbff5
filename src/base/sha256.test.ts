import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sha256, sha256Hex } from './sha256';

const encoder = new TextEncoder();

describe('Sha256', () => {
  it('gives the digests that FIPS 180-4 lists', () => {
    expect(new Sha256().digestHex()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(new Sha256().update(encoder.encode('abc')).digestHex()).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it("equals the platform's digest however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 6 }), async (parts) => {
        const hash = new Sha256();
        for (const part of parts) hash.update(part);
        const whole = Uint8Array.from(parts.flatMap((part) => Array.from(part)));
        expect(hash.digestHex()).toBe(await sha256Hex(whole));
      }),
      { numRuns: 500 },
    );
  });
});
