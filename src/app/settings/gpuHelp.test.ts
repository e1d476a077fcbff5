import { describe, expect, it } from 'vitest';
import { GpuDevice } from '../../gpu/device';
import { gpuProblem } from './gpuHelp';

/** What is reported when the browser's object behaves like this. */
async function reportOf(requestAdapter: () => Promise<unknown>): Promise<string> {
  const gpu: unknown = { requestAdapter };
  const isGpu = (value: unknown): value is GPU => value === gpu;
  try {
    await GpuDevice.acquire(isGpu(gpu) ? gpu : undefined);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

describe('gpuProblem', () => {
  it('tells an insecure page from a missing interface', () => {
    expect(gpuProblem(false, false, null).title).toContain('secure');
    expect(gpuProblem(true, false, null).title).toContain('switched off');
  });

  it('tells a missing adapter from one that refuses a device, as the engine reports them', async () => {
    const none = await reportOf(async () => null);
    const refusal = await reportOf(async () => ({
      limits: {},
      features: new Set(),
      requestDevice: () => Promise.reject(new Error('maxBufferSize')),
    }));
    expect(gpuProblem(true, true, none).title).toContain('no adapter');
    expect(refusal).toContain('maxBufferSize');
    expect(gpuProblem(true, true, refusal).title).toContain('refused');
  });
});
