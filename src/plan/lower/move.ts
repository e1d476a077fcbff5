import { countOf, type GraphNode, type Tensor } from '../../tensor/graph';
import { BROADCAST_TO, CONCAT, PAD, SLICE, SPLIT, TRANSPOSE } from '../../tensor/ops/move';
import { elementCount, type Shape, sizeAt, stridesOf } from '../../tensor/shape';
import type { Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { elementwiseLaunch } from './elementwise';

/** An index space and where it reads and writes; strides in elements. */
interface Copy {
  readonly sizes: readonly number[];
  readonly from: readonly number[];
  readonly fromOffset: number;
  readonly to: readonly number[];
  readonly toOffset: number;
}

/** Merges neighbouring axes that are contiguous on both sides and drops axes of size 1, so that at most four are left. */
function merged(copy: Copy): { sizes: number[]; from: number[]; to: number[] } {
  const out = { sizes: [] as number[], from: [] as number[], to: [] as number[] };
  copy.sizes.forEach((size, axis) => {
    if (size === 1) return;
    const [from, to] = [copy.from[axis] ?? 0, copy.to[axis] ?? 0];
    const last = out.sizes.length - 1;
    if (last >= 0 && out.from[last] === from * size && out.to[last] === to * size) {
      out.sizes[last] = (out.sizes[last] ?? 1) * size;
      out.from[last] = from;
      out.to[last] = to;
    } else {
      out.sizes.push(size);
      out.from.push(from);
      out.to.push(to);
    }
  });
  if (out.sizes.length > 4) throw new Error(`copy: [${copy.sizes}] needs more than four axes`);
  return out;
}

const VECTOR = 4;

/** 4 where whole vectors can be moved: a contiguous last axis on both sides, and everything else in fours; else 1. */
function vectorOf(sizes: readonly number[], from: readonly number[], to: readonly number[]): number {
  const isWhole = (numbers: readonly number[]): boolean =>
    numbers.at(-1) === 1 && numbers.slice(0, -1).every((number) => number % VECTOR === 0);
  return sizes.length > 0 && (sizes.at(-1) ?? 0) % VECTOR === 0 && isWhole(from) && isWhole(to) ? VECTOR : 1;
}

function copyStrided(context: LowerContext, x: Value, y: Value, copy: Copy): void {
  const { sizes, from, to } = merged(copy);
  const step = vectorOf(sizes, [copy.fromOffset, ...from], [copy.toOffset, ...to]);
  if (step > 1) {
    const last = sizes.length - 1;
    sizes[last] = (sizes[last] ?? 0) / step;
    for (const strides of [from, to])
      for (let axis = 0; axis < last; axis++) strides[axis] = (strides[axis] ?? 0) / step;
  }
  while (sizes.length < 4) {
    sizes.unshift(1);
    from.unshift(0);
    to.unshift(0);
  }
  const [, size1 = 1, size2 = 1, size3 = 1] = sizes;
  const [from0 = 0, from1 = 0, from2 = 0, from3 = 0] = from;
  const [to0 = 0, to1 = 0, to2 = 0, to3 = 0] = to;
  const count = elementCount(sizes);
  context.dispatch({
    kernel: step > 1 ? 'strided_copy4' : 'strided_copy',
    ...elementwiseLaunch(count, context),
    bind: { x, y },
    params: {
      count,
      size1,
      size2,
      size3,
      from_offset: copy.fromOffset / step,
      from0,
      from1,
      from2,
      from3,
      to_offset: copy.toOffset / step,
      to0,
      to1,
      to2,
      to3,
    },
  });
}

/** Elements before entry `start` of `axis` in a row-major array. */
const offsetAt = (shape: Shape, axis: number, start: number): number => start * elementCount(shape.slice(axis + 1));
const onlyInput = (node: GraphNode, context: LowerContext): { tensor: Tensor; value: Value } => ({
  tensor: nodeInput(node, 0),
  value: context.value(nodeInput(node, 0)),
});
const outputShape = (node: GraphNode, output: number): Shape => node.outputs[output]?.shape ?? [];

defineLowering(TRANSPOSE, (node, context) => {
  const { tensor, value } = onlyInput(node as GraphNode, context);
  const sizes = outputShape(node as GraphNode, 0);
  const strides = stridesOf(tensor.shape);
  const from = node.attributes.permutation.map((axis) => sizeAt(strides, axis));
  copyStrided(context, value, context.output(0), { sizes, from, fromOffset: 0, to: stridesOf(sizes), toOffset: 0 });
});

defineLowering(SLICE, (node, context) => {
  const { tensor, value } = onlyInput(node as GraphNode, context);
  const sizes = outputShape(node as GraphNode, 0);
  const { axis, start } = node.attributes;
  copyStrided(context, value, context.output(0), {
    sizes,
    from: stridesOf(tensor.shape),
    fromOffset: offsetAt(tensor.shape, axis, start),
    to: stridesOf(sizes),
    toOffset: 0,
  });
});

defineLowering(PAD, (node, context) => {
  const { tensor, value } = onlyInput(node as GraphNode, context);
  const shape = outputShape(node as GraphNode, 0);
  const { axis, before } = node.attributes;
  const count = elementCount(shape);
  context.dispatch({
    kernel: 'fill',
    ...elementwiseLaunch(count, context),
    bind: { y: context.output(0) },
    params: { count, value: 0 },
  });
  copyStrided(context, value, context.output(0), {
    sizes: tensor.shape,
    from: stridesOf(tensor.shape),
    fromOffset: 0,
    to: stridesOf(shape),
    toOffset: offsetAt(shape, axis, before),
  });
});

defineLowering(SPLIT, (node, context) => {
  const { tensor, value } = onlyInput(node as GraphNode, context);
  const { axis } = node.attributes;
  let start = 0;
  node.outputs.forEach(({ shape }, output) => {
    copyStrided(context, value, context.output(output), {
      sizes: shape,
      from: stridesOf(tensor.shape),
      fromOffset: offsetAt(tensor.shape, axis, start),
      to: stridesOf(shape),
      toOffset: 0,
    });
    start += sizeAt(shape, axis);
  });
});

defineLowering(CONCAT, (node, context) => {
  const shape = outputShape(node as GraphNode, 0);
  const { axis } = node.attributes;
  let start = 0;
  for (const input of node.inputs) {
    if (countOf(input) > 0)
      copyStrided(context, context.value(input), context.output(0), {
        sizes: input.shape,
        from: stridesOf(input.shape),
        fromOffset: 0,
        to: stridesOf(shape),
        toOffset: offsetAt(shape, axis, start),
      });
    start += sizeAt(input.shape, axis);
  }
});

defineLowering(BROADCAST_TO, (node, context) => {
  const { tensor, value } = onlyInput(node as GraphNode, context);
  const sizes = outputShape(node as GraphNode, 0);
  const lead = sizes.length - tensor.shape.length;
  const strides = stridesOf(tensor.shape);
  const from = sizes.map((_, axis) =>
    axis < lead || tensor.shape[axis - lead] === 1 ? 0 : sizeAt(strides, axis - lead),
  );
  copyStrided(context, value, context.output(0), { sizes, from, fromOffset: 0, to: stridesOf(sizes), toOffset: 0 });
});
