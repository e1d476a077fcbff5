import { afterEach, describe, expect, it } from 'vitest';
import { useWorkspace } from '../stores/workspace';
import { errorDetails } from './errorDetails';

const before = useWorkspace.getState();
afterEach(() => useWorkspace.setState(before, true));

describe('errorDetails', () => {
  it('names the error, the adapter with its limits and the configuration', () => {
    useWorkspace.getState().connected(
      {
        name: 'a driver',
        isSoftware: true,
        hasF16: false,
        subgroupSize: 4,
        maxBufferBytes: 1024,
        maxBindingBytes: 512,
      },
      null,
    );
    const text = errorDetails({ title: 'It stopped', error: { code: 'train/not-finite', message: 'NaN at step 3' } });
    expect(text).toContain('Error: It stopped\nCode: train/not-finite\nMessage: NaN at step 3');
    expect(text).toContain('Adapter: a driver (software), buffers to 1024 B, bindings to 512 B');
    expect(text).toMatch(/Configuration: \{.*"seed":\d+/);
  });
  it('leaves out what there is not, and says why there is no adapter', () => {
    useWorkspace.getState().connected(null, 'no WebGPU here');
    const text = errorDetails({ title: 'x', error: { code: 'defect', message: 'y' } });
    expect(text).toContain('Adapter: no WebGPU here');
    expect(text).not.toMatch(/Stack:|Data:|undefined|null$/m);
  });
});
