import { describe, expect, it } from 'vitest';
import { gpuProblem } from './gpuHelp';

describe('gpuProblem', () => {
  it('tells an insecure page from a missing interface from a missing adapter', () => {
    expect(gpuProblem(false, false).title).toContain('secure');
    expect(gpuProblem(true, false).title).toContain('switched off');
    expect(gpuProblem(true, true).title).toContain('no adapter');
  });
});
