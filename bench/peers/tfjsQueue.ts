/** Waiting for TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import { queueIdle } from '../gpuCounters';

/** The backend's submits are deferred in batches of 15 dispatches; these two methods flush them. */
interface DeferredSubmits {
  endComputePassEncoder(): void;
  submitQueue(): void;
  readonly commandEncoder: GPUCommandEncoder | null;
}

/** Flushes what the backend holds back, then waits for the queue. */
export async function finishWork(): Promise<void> {
  const backend = tf.backend() as unknown as DeferredSubmits;
  if (backend.commandEncoder) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  await queueIdle();
}
