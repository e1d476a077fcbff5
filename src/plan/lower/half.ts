import { countOf } from '../../tensor/graph';
import { PACK_HALF, UNPACK_HALF } from '../../tensor/ops/half';
import type { Dispatch, Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { elementwiseLaunch } from './elementwise';

const VECTOR = 4;

function launch(
  context: Pick<LowerContext, 'profile'>,
  kernel: 'half_pack' | 'half_unpack',
  count: number,
  x: Value,
  y: Value,
): Dispatch {
  const shape = elementwiseLaunch(Math.ceil(count / VECTOR), context);
  return { kernel, ...shape, bind: { x, y }, params: { count } };
}

/** Widens `count` values. */
export const unpackLaunch = (context: Pick<LowerContext, 'profile'>, count: number, words: Value, y: Value): Dispatch =>
  launch(context, 'half_unpack', count, words, y);

defineLowering(PACK_HALF, (node, context) => {
  const x = nodeInput(node, 0);
  context.dispatch(launch(context, 'half_pack', countOf(x), context.value(x), context.output(0)));
});

defineLowering(UNPACK_HALF, (node, context) => {
  const count = node.outputs[0] ? countOf(node.outputs[0]) : 0;
  context.dispatch(unpackLaunch(context, count, context.value(nodeInput(node, 0)), context.output(0)));
});
