/** Host data as jax-js arrays. */
import { numpy as np } from '@jax-js/jax';

type JaxArray = np.Array;

export const float32 = (values: Float32Array<ArrayBuffer>, shape: readonly number[]): JaxArray =>
  np.array(values, { shape: [...shape] });
export const int32 = (values: Int32Array<ArrayBuffer>, shape: readonly number[]): JaxArray =>
  np.array(values, { shape: [...shape], dtype: np.int32 });

/**
 * One-hot rows of `labels` [..., 1]. `nn.oneHot` of 0.1.25 gathers from a whole identity matrix (4.8 GB at 25,000 classes) and
 * the gradient of `takeAlongAxis` fails inside jit, so it is written as a comparison, which jit fuses.
 */
export const oneHot = (labels: JaxArray, classes: number): JaxArray =>
  np.equal(labels, np.arange(classes)).astype(np.float32);
