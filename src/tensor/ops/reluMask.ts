import { defineOp, record, requireShapes, type Tensor } from '../graph';
import { elementCount } from '../shape';

/** dx = dy where output > 0, else 0; inputs: the ReLU's output (or any tensor of that sign), dy. */
export const RELU_MASK = defineOp('relu_mask');

export function reluGradFromOutput(output: Tensor, gradOutput: Tensor): Tensor {
  requireShapes(
    'reluGradFromOutput',
    elementCount(output.shape) === elementCount(gradOutput.shape),
    'equal sizes',
    output,
    gradOutput,
  );
  return record(RELU_MASK, [output, gradOutput], {}, gradOutput.shape);
}
