import type { GraphNode } from '../../tensor/graph';
import { record, recordMany } from '../../tensor/graph';
import {
  LAYER_NORM,
  LAYER_NORM_WEIGHT_GRAD,
  layerNormGrad,
  RMS_NORM,
  RMS_NORM_WEIGHT_GRAD,
  rmsNormGrad,
} from '../../tensor/ops/norm';
import { defineRule, inputAt, onlyGrad, outputAt } from '../rule';

defineRule(RMS_NORM, (node, grads) => {
  const [x, weight] = [inputAt(node, 0), inputAt(node, 1)];
  const rstd = outputAt(node as GraphNode, 1);
  const dy = onlyGrad(grads);
  return [rmsNormGrad(x, weight, rstd, dy), record(RMS_NORM_WEIGHT_GRAD, [x, rstd, dy], {}, weight.shape)];
});

defineRule(LAYER_NORM, (node, grads) => {
  const [x, weight] = [inputAt(node, 0), inputAt(node, 1)];
  const stats = outputAt(node as GraphNode, 1);
  const dy = onlyGrad(grads);
  const specs = [
    { shape: weight.shape, dtype: 'f32' },
    { shape: weight.shape, dtype: 'f32' },
  ] as const;
  const [dWeight, dBias] = recordMany(LAYER_NORM_WEIGHT_GRAD, [x, stats, dy], {}, specs);
  return [layerNormGrad(x, weight, stats, dy), dWeight ?? null, dBias ?? null];
});
