import type { GraphNode } from '../../tensor/graph';
import { GRU_CELL, GRU_CELL_GRAD } from '../../tensor/ops/gruCell';
import { sizeAt } from '../../tensor/shape';
import { foldGroups, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';

const TILE = { COLUMNS: 16, ROWS: 4 } as const;

const valuesOf = (node: GraphNode, context: LowerContext): Value[] => node.inputs.map((input) => context.value(input));

function launch(shape: readonly number[]): {
  overrides: typeof TILE;
  params: { rows: number; width: number };
  groups: [number, number, number];
} {
  const [rows, width] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const [y, z] = foldGroups(Math.ceil(rows / TILE.ROWS));
  return { overrides: TILE, params: { rows, width }, groups: [Math.ceil(width / TILE.COLUMNS), y, z] };
}

defineLowering(GRU_CELL, (node, context) => {
  const [from_x, from_h, h] = valuesOf(node as GraphNode, context) as [Value, Value, Value];
  context.dispatch({
    kernel: 'gru_cell',
    ...launch(nodeInput(node as GraphNode, 2).shape),
    bind: { from_x, from_h, h, next: context.output(0), gates: context.output(1) },
  });
});

defineLowering(GRU_CELL_GRAD, (node, context) => {
  const [from_h, h, gates, grad] = valuesOf(node as GraphNode, context) as [Value, Value, Value, Value];
  context.dispatch({
    kernel: 'gru_cell_grad',
    ...launch(nodeInput(node as GraphNode, 1).shape),
    bind: {
      from_h,
      h,
      gates,
      grad,
      grad_x: context.output(0),
      grad_h: context.output(1),
      grad_before: context.output(2),
    },
  });
});
