import { defineOp, record, requireDtype, requireShapes, type Tensor } from '../graph';

/** y = softmax(x) or its logarithm over the last axis. */
export const SOFTMAX = defineOp<{ isLog: boolean }>('softmax');
/** dx; inputs y, dy. */
export const SOFTMAX_GRAD = defineOp<{ isLog: boolean }>('softmax_grad');

/** exp(x) / Σ exp(x) over the last axis. @throws ShapeError */
export const softmax = (x: Tensor): Tensor => softmaxOf('softmax', x, false);
/** x − log Σ exp(x) over the last axis. @throws ShapeError */
export const logSoftmax = (x: Tensor): Tensor => softmaxOf('logSoftmax', x, true);

function softmaxOf(operation: string, x: Tensor, isLog: boolean): Tensor {
  requireDtype(operation, x, 'f32');
  requireShapes(operation, x.shape.length > 0, 'x [..., D]', x);
  return record(SOFTMAX, [x], { isLog }, x.shape);
}

export function softmaxGrad(y: Tensor, dy: Tensor, isLog: boolean): Tensor {
  return record(SOFTMAX_GRAD, [y, dy], { isLog }, y.shape);
}
