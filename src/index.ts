/** The engine as a library: everything needed to write a model, train it and read its results. */
export { GpuDevice } from './gpu/device';
export { adagrad, adamw } from './nn/optimizers';
export { fillInit, linearInit, normalInit, type ParameterSpec, parameter } from './nn/parameters';
export { constantSchedule, cosineSchedule, linearSchedule } from './nn/schedules';
export { CompiledStep, Engine } from './plan/engine';
export type { StepMetrics } from './plan/metricRing';
export type { Batch } from './plan/program';
export type { StepFunction, TraceInputs, TraceResult } from './plan/trace';
export type { Tensor } from './tensor/graph';
export { attention } from './tensor/ops/attention';
export { crossEntropy, meanCrossEntropy } from './tensor/ops/crossEntropy';
export { dropout } from './tensor/ops/dropout';
export {
  add,
  divide,
  exp,
  gelu,
  log,
  multiply,
  relu,
  scaleBy,
  sigmoid,
  silu,
  square,
  subtract,
  tanh,
} from './tensor/ops/elementwise';
export { embedding, invertIndex } from './tensor/ops/embedding';
export { infoNce } from './tensor/ops/infoNce';
export { linear, matmul } from './tensor/ops/matmul';
export { concat, pad, slice, split, transpose } from './tensor/ops/move';
export { layerNorm, rmsNorm } from './tensor/ops/norm';
export { nearestCode } from './tensor/ops/quantize';
export { mean, meanAll, sum, sumAll } from './tensor/ops/reduce';
export { logSoftmax, softmax } from './tensor/ops/softmax';
export { topK } from './tensor/ops/topK';
export { reshape, stopGradient, straightThrough } from './tensor/ops/views';
export type { Storage } from './tensor/storage';
