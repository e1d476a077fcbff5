import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../base/errors';
import { readSafetensors, writeSafetensors } from '../formats/safetensors';
import { floatsIn, numberIn, readCheckpoint, requireSameOrigin, writeCheckpoint } from './checkpoint';

const identity = { kind: 'recommender' as const, config: '{"a":1}', dataHash: 'abc', adapter: 'x' };
const file = writeCheckpoint(
  identity,
  new Map<string, Float32Array | Uint16Array>([
    ['parameters/w', Float32Array.of(1, -2.5)],
    ['codes', Uint16Array.of(7, 8)],
  ]),
  { step: 12, epoch: 3 },
);

describe('checkpoints', () => {
  it('come back with the same bits', () => {
    const checkpoint = readCheckpoint(file, 'test');
    expect(checkpoint.identity).toEqual(identity);
    expect(floatsIn(checkpoint, 'parameters')).toEqual(new Map([['w', Float32Array.of(1, -2.5)]]));
    expect(checkpoint.arrays.get('codes')).toEqual(Uint16Array.of(7, 8));
    expect([numberIn(checkpoint, 'step', 'test'), numberIn(checkpoint, 'epoch', 'test')]).toEqual([12, 3]);
  });

  it('are refused by name when a header field is dropped', () => {
    const { tensors, metadata } = readSafetensors(file, 'test');
    for (const key of metadata.keys()) {
      const without = new Map([...metadata].filter(([name]) => name !== key));
      expect(() => readCheckpoint(writeSafetensors(tensors, without), 'test')).toThrow(FormatError);
    }
    expect(() => numberIn(readCheckpoint(file, 'test'), 'position', 'test')).toThrow(/position/);
  });

  it('are refused when truncated anywhere', () => {
    for (let length = 0; length < file.length; length += 7)
      expect(() => readCheckpoint(file.slice(0, length), 'test')).toThrow(FormatError);
  });

  it('are refused for another version, configuration, data set or kind', () => {
    const { tensors, metadata } = readSafetensors(file, 'test');
    expect(() => readCheckpoint(writeSafetensors(tensors, new Map([...metadata, ['version', '99']])), 'test')).toThrow(
      /version 99/,
    );
    expect(() => requireSameOrigin(identity, { ...identity, config: '{}' }, 'test')).toThrow(ConfigError);
    expect(() => requireSameOrigin(identity, { ...identity, dataHash: 'other' }, 'test')).toThrow(/other data/);
    expect(() => requireSameOrigin(identity, { ...identity, kind: 'tokenizer' }, 'test')).toThrow(ConfigError);
    expect(() => requireSameOrigin(identity, identity, 'test')).not.toThrow();
  });
});
