import { countOf, type GraphNode, type Tensor } from '../../tensor/graph';
import {
  LAYER_NORM,
  LAYER_NORM_GRAD,
  LAYER_NORM_WEIGHT_GRAD,
  RMS_NORM,
  RMS_NORM_GRAD,
  RMS_NORM_WEIGHT_GRAD,
} from '../../tensor/ops/norm';
import { sizeAt } from '../../tensor/shape';
import { foldGroups, groupsFor, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';

const LANES = 64;
/** Rows summed by one lane before the blocks are added. */
const BLOCK_ROWS = 64;
const MAX_BLOCKS = 65_535;
const ONE_PASS_ROWS = 16_384;

type Rows = { readonly rows: number; readonly width: number };

const rowsOf = (x: Tensor): Rows => {
  const width = sizeAt(x.shape, -1);
  return { rows: width === 0 ? 0 : countOf(x) / width, width };
};

/** Lanes that share a row: one on software adapters, where barriers cost more than a serial loop; else a coalesced span. */
export function spanOf(width: number, context: LowerContext): number {
  if (context.profile.isSoftware) return 1;
  let span = 1;
  while (span < LANES && span * 4 < width) span *= 2;
  return span;
}

function launch(
  x: Tensor,
  context: LowerContext,
): { overrides: { LANES: number; SPAN: number }; groups: [number, number, number] } {
  const { rows, width } = rowsOf(x);
  const span = spanOf(width, context);
  return { overrides: { LANES, SPAN: span }, groups: foldGroups(Math.ceil((rows * span) / LANES)) };
}

const valuesOf = (node: GraphNode, context: LowerContext): Value[] => node.inputs.map((input) => context.value(input));

defineLowering(RMS_NORM, (node, context) => {
  const [x, weight] = valuesOf(node as GraphNode, context) as [Value, Value];
  const input = nodeInput(node as GraphNode, 0);
  context.dispatch({
    kernel: 'rms_norm',
    ...launch(input, context),
    bind: { x, weight, y: context.output(0), rstd: context.output(1) },
    params: { ...rowsOf(input), eps: node.attributes.eps },
  });
});

defineLowering(LAYER_NORM, (node, context) => {
  const [x, weight, bias] = valuesOf(node as GraphNode, context) as [Value, Value, Value];
  const input = nodeInput(node as GraphNode, 0);
  context.dispatch({
    kernel: 'layer_norm',
    ...launch(input, context),
    bind: { x, weight, bias, y: context.output(0), stats: context.output(1) },
    params: { ...rowsOf(input), eps: node.attributes.eps },
  });
});

defineLowering(RMS_NORM_GRAD, (node, context) => {
  const [x, weight, rstd, dy, residual] = valuesOf(node, context) as [Value, Value, Value, Value, Value?];
  const { overrides, groups } = launch(nodeInput(node, 0), context);
  context.dispatch({
    kernel: 'rms_norm_grad',
    overrides: { ...overrides, HAS_RESIDUAL: residual ? 1 : 0 },
    groups,
    bind: { x, weight, rstd, dy, residual: residual ?? dy, dx: context.output(0) },
    params: rowsOf(nodeInput(node, 0)),
  });
});

defineLowering(LAYER_NORM_GRAD, (node, context) => {
  const [x, weight, stats, dy, residual] = valuesOf(node, context) as [Value, Value, Value, Value, Value?];
  const { overrides, groups } = launch(nodeInput(node, 0), context);
  context.dispatch({
    kernel: 'layer_norm_grad',
    overrides: { ...overrides, HAS_RESIDUAL: residual ? 1 : 0 },
    groups,
    bind: { x, weight, stats, dy, residual: residual ?? dy, dx: context.output(0) },
    params: rowsOf(nodeInput(node, 0)),
  });
});

/** Sums over blocks of rows, then over the blocks; `outputs` are [width] each. */
function sumBlocks(
  x: Tensor,
  context: LowerContext,
  outputs: readonly Value[],
  run: (partials: readonly Value[], params: Rows & { block: number }, groups: [number, number, number]) => void,
): void {
  const { rows, width } = rowsOf(x);
  // A software adapter has few lanes to fill: one pass without partial sums saves a launch.
  const isOnePass = context.profile.isSoftware && rows <= ONE_PASS_ROWS;
  const block = isOnePass ? Math.max(1, rows) : Math.max(BLOCK_ROWS, Math.ceil(rows / MAX_BLOCKS));
  const blocks = Math.ceil(rows / block);
  const partials =
    blocks === 1
      ? outputs
      : outputs.map((_, index) => context.scratch(Math.max(1, blocks) * width * 4, `block sums ${index}`));
  run(partials, { rows, width, block }, [Math.ceil(width / LANES), blocks, 1]);
  if (blocks === 1) return;
  partials.forEach((partial, index) => {
    context.dispatch({
      kernel: 'reduce_columns',
      overrides: { LANES },
      bind: { x: partial, y: outputs[index] as Value },
      params: { outputs: width, middle: blocks, inner: width, scale: 1 },
      groups: groupsFor(width, LANES),
    });
  });
}

defineLowering(RMS_NORM_WEIGHT_GRAD, (node, context) => {
  const [x, rstd, dy] = valuesOf(node, context) as [Value, Value, Value];
  sumBlocks(nodeInput(node, 0), context, [context.output(0)], ([partial], params, groups) =>
    context.dispatch({
      kernel: 'rms_norm_weight_grad',
      overrides: { LANES },
      bind: { x, rstd, dy, partial: partial as Value },
      params,
      groups,
    }),
  );
});

defineLowering(LAYER_NORM_WEIGHT_GRAD, (node, context) => {
  const [x, stats, dy] = valuesOf(node, context) as [Value, Value, Value];
  sumBlocks(nodeInput(node, 0), context, [context.output(0), context.output(1)], ([weight, bias], params, groups) =>
    context.dispatch({
      kernel: 'layer_norm_weight_grad',
      overrides: { LANES },
      bind: { x, stats, dy, weight_partial: weight as Value, bias_partial: bias as Value },
      params,
      groups,
    }),
  );
});
