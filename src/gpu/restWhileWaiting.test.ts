import { afterEach, expect, test, vi } from 'vitest';
import { restWhileWaiting } from './restWhileWaiting';

/** Classes like Dawn's, with a wait that ends after 40 ms. */
function classes() {
  const later = (answer: unknown) => new Promise((resolve) => setTimeout(resolve, 40, answer));
  class GPUBuffer {
    readonly name = 'mine';
    mapAsync(mode: number) {
      return later([this.name, mode]);
    }
  }
  class GPUQueue {
    onSubmittedWorkDone() {
      return Promise.reject(new Error('lost'));
    }
  }
  class GPUDevice {
    createComputePipelineAsync() {
      return later('pipeline');
    }
  }
  return { GPUBuffer, GPUQueue, GPUDevice };
}

afterEach(() => vi.restoreAllMocks());

test('keeps results, errors and `this`', async () => {
  const globals = classes();
  restWhileWaiting(globals);
  expect(await new globals.GPUBuffer().mapAsync(1)).toEqual(['mine', 1]);
  expect(await new globals.GPUDevice().createComputePipelineAsync()).toBe('pipeline');
  await expect(new globals.GPUQueue().onSubmittedWorkDone()).rejects.toThrow('lost');
});

test('sleeps while a promise is open, never longer than 1 ms, and not after', async () => {
  const globals = classes();
  restWhileWaiting(globals);
  const rest = vi.spyOn(Atomics, 'wait');
  await new globals.GPUBuffer().mapAsync(1);
  const during = rest.mock.calls.length;
  expect(during).toBeGreaterThan(10);
  for (const [, , , ms] of rest.mock.calls) expect(ms).toBeLessThanOrEqual(1);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(rest.mock.calls.length).toBeLessThanOrEqual(during + 1);
});
