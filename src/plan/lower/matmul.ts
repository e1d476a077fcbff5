import type { GraphNode } from '../../tensor/graph';
import { EPILOGUES, MATMUL } from '../../tensor/ops/matmul';
import { defineLowering, nodeInput } from '../lowering';

defineLowering(MATMUL, (node, context) => {
  const { batch, m, n, k, transposeA, transposeB, alpha, epilogue, aBatchStride, bBatchStride } = node.attributes;
  const a = context.value(nodeInput(node as GraphNode, 0));
  const aux = node.inputs[2];
  context.dispatch({
    kernel: 'matmul_plain',
    overrides: { EPILOGUE: EPILOGUES.indexOf(epilogue) },
    bind: { a, b: context.value(nodeInput(node as GraphNode, 1)), aux: aux ? context.value(aux) : a, c: context.output(0) },
    params: {
      m, n, k, alpha,
      a_batch: aBatchStride, a_row: transposeA ? 1 : k, a_column: transposeA ? m : 1,
      b_batch: bBatchStride, b_row: transposeB ? 1 : n, b_column: transposeB ? k : 1,
    },
    groups: [Math.ceil(n / 8), Math.ceil(m / 8), batch],
  });
});
