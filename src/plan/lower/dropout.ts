import { countOf, type GraphNode } from '../../tensor/graph';
import { DROPOUT } from '../../tensor/ops/dropout';
import { defineLowering, nodeInput } from '../lowering';
import { elementwiseLaunch } from './elementwise';

defineLowering(DROPOUT, (node, context) => {
  const x = nodeInput(node as GraphNode, 0);
  const { rate, stream } = node.attributes;
  const count = countOf(x);
  context.dispatch({
    kernel: 'dropout',
    ...elementwiseLaunch(count, context),
    bind: { x: context.value(x), state: context.value(nodeInput(node as GraphNode, 1)), y: context.output(0) },
    params: { count, stream, threshold: Math.min(0xffff_ffff, Math.round(rate * 2 ** 32)), scale: 1 / (1 - rate) },
  });
});
