import { afterEach, describe, expect, it } from 'vitest';
import type { AdapterProfile } from '../gpu/device';
import { chooseMatmul, matmulClass, setMatmulTable } from './matmulChoice';

const profile = (more: Partial<AdapterProfile>): AdapterProfile => ({
  name: 'test adapter',
  vendor: '',
  architecture: '',
  subgroupSize: 0,
  hasTimestamps: false,
  hasF16: false,
  isSoftware: false,
  maxInvocations: 256,
  maxBindingBytes: 2 ** 27,
  maxBufferBytes: 2 ** 28,
  ...more,
});
const tokens = { kind: 'nn', batch: 1, m: 3840, n: 128, k: 128 } as const;
const weightGradient = { kind: 'tn', batch: 1, m: 128, n: 128, k: 3840 } as const;

describe('chooseMatmul', () => {
  afterEach(() => setMatmulTable(null));

  it('takes subgroups of 4 or registers on software adapters and block tiles on the others', () => {
    expect(chooseMatmul(profile({ isSoftware: true, subgroupSize: 4 }), tokens).family).toBe('subgroup4');
    expect(chooseMatmul(profile({ isSoftware: true, subgroupSize: 8 }), tokens).family).toBe('panel');
    expect(chooseMatmul(profile({ isSoftware: true }), tokens).family).toBe('panel');
    expect(chooseMatmul(profile({ subgroupSize: 32 }), tokens).family).toBe('tile');
  });

  it('splits K only where few output tiles leave a real GPU idle', () => {
    expect(chooseMatmul(profile({}), weightGradient)).toEqual({ family: 'tile', splits: 15 });
    expect(chooseMatmul(profile({}), tokens).splits).toBe(1);
    expect(chooseMatmul(profile({ isSoftware: true }), weightGradient).splits).toBe(1);
  });

  it('leaves tiny and empty products to the plain kernel', () => {
    expect(chooseMatmul(profile({}), { kind: 'nn', batch: 1, m: 4, n: 4, k: 4 }).family).toBe('plain');
    expect(chooseMatmul(profile({}), { kind: 'nn', batch: 1, m: 0, n: 4000, k: 4000 }).family).toBe('plain');
  });

  it('sorts shapes by depth, then by outputs', () => {
    expect([tokens, weightGradient, { ...tokens, m: 64 }].map(matmulClass)).toEqual(['large', 'deep', 'small']);
  });

  it('follows a tuned table for its own adapter only, and never to a family that cannot run', () => {
    setMatmulTable({ adapter: 'test adapter', families: { 'nn/large': 'panel', 'tn/deep': 'subgroup4' } });
    expect(chooseMatmul(profile({}), tokens).family).toBe('panel');
    expect(chooseMatmul(profile({ name: 'another' }), tokens).family).toBe('tile');
    expect(chooseMatmul(profile({ subgroupSize: 32 }), weightGradient).family).toBe('tile');
  });
});
