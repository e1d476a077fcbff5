import { countOf, type GraphNode } from '../../tensor/graph';
import { CROSS_ENTROPY, CROSS_ENTROPY_GRAD, MEAN_COUNTED } from '../../tensor/ops/crossEntropy';
import { SOFTMAX, SOFTMAX_GRAD } from '../../tensor/ops/softmax';
import { sizeAt } from '../../tensor/shape';
import { foldGroups, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { SOFTWARE_LANES } from './elementwise';

/** Rows longer than this are shared by the lanes of a group on software adapters too. */
const SERIAL_WIDTH = 256;
/** Lanes of a group and columns a lane of the gradient kernel. */
const gradientLaunch = (context: LowerContext): { LANES: number; RUN: number } =>
  context.profile.isSoftware ? { LANES: SOFTWARE_LANES, RUN: 128 } : { LANES: 64, RUN: 4 };

/** Lanes a row and a group: one vector on software adapters, up to the 256 lanes that every adapter has elsewhere. */
function launch(
  rows: number,
  width: number,
  context: LowerContext,
): { overrides: { LANES: number; SPAN: number }; groups: [number, number, number] } {
  const { isSoftware } = context.profile;
  let span = 1;
  if (isSoftware) span = width > SERIAL_WIDTH ? SOFTWARE_LANES : 1;
  else while (span < 256 && span * 4 < width) span *= 2;
  const lanes = Math.max(span, isSoftware ? SOFTWARE_LANES : 64);
  return { overrides: { LANES: lanes, SPAN: span }, groups: foldGroups(Math.ceil((rows * span) / lanes)) };
}

const valuesOf = (node: GraphNode, context: LowerContext): Value[] => node.inputs.map((input) => context.value(input));

defineLowering(CROSS_ENTROPY, (node, context) => {
  const [logits, targets] = valuesOf(node as GraphNode, context) as [Value, Value];
  const { shape } = nodeInput(node as GraphNode, 0);
  const [rows, classes] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const isVector = classes % 4 === 0;
  const width = isVector ? classes / 4 : classes;
  context.dispatch({
    kernel: isVector ? 'cross_entropy4' : 'cross_entropy',
    ...launch(rows, width, context),
    bind: { logits, targets, losses: context.output(0), lse: context.output(1) },
    params: { rows, width, classes, ignored: node.attributes.ignored },
  });
});

defineLowering(CROSS_ENTROPY_GRAD, (node, context) => {
  const [logits, targets, lse, scale] = valuesOf(node as GraphNode, context) as [Value, Value, Value, Value];
  const { shape } = nodeInput(node as GraphNode, 0);
  const [rows, classes] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const isVector = classes % 4 === 0;
  const width = isVector ? classes / 4 : classes;
  const overrides = gradientLaunch(context);
  const [y, z] = foldGroups(rows);
  context.dispatch({
    kernel: isVector ? 'cross_entropy_grad4' : 'cross_entropy_grad',
    overrides,
    bind: { logits, targets, lse, scale, grad: context.output(0) },
    params: { rows, width, classes, ignored: node.attributes.ignored },
    groups: [Math.ceil(width / (overrides.LANES * overrides.RUN)), y, z],
  });
});

defineLowering(MEAN_COUNTED, (node, context) => {
  const [losses, targets] = valuesOf(node as GraphNode, context) as [Value, Value];
  context.dispatch({
    kernel: 'mean_counted',
    overrides: { LANES: 64 },
    bind: { losses, targets, mean: context.output(0), inverse: context.output(1) },
    params: { rows: countOf(nodeInput(node as GraphNode, 0)), ...node.attributes },
    groups: [1, 1, 1],
  });
});

defineLowering(SOFTMAX, (node, context) => {
  const { width, rows } = rowsOf(node as GraphNode);
  const { overrides, groups } = launch(rows, width, context);
  context.dispatch({
    kernel: 'softmax',
    overrides: { ...overrides, IS_LOG: node.attributes.isLog ? 1 : 0 },
    groups,
    bind: { x: context.value(nodeInput(node as GraphNode, 0)), y: context.output(0) },
    params: { rows, width },
  });
});

defineLowering(SOFTMAX_GRAD, (node, context) => {
  const [y, dy] = valuesOf(node as GraphNode, context) as [Value, Value];
  const { width, rows } = rowsOf(node as GraphNode);
  const { overrides, groups } = launch(rows, width, context);
  context.dispatch({
    kernel: 'softmax_grad',
    overrides: { ...overrides, IS_LOG: node.attributes.isLog ? 1 : 0 },
    groups,
    bind: { y, dy, dx: context.output(0) },
    params: { rows, width },
  });
});

function rowsOf(node: GraphNode): { rows: number; width: number } {
  const x = nodeInput(node, 0);
  const width = sizeAt(x.shape, -1);
  return { width, rows: width === 0 ? 0 : countOf(x) / width };
}
