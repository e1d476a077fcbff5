import { countOf, type GraphNode } from '../../tensor/graph';
import { BUILD_INDEX, GATHER_DOT, GATHER_ROWS, SCATTER_ROWS } from '../../tensor/ops/embedding';
import { sizeAt } from '../../tensor/shape';
import { foldGroups, groupsFor, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { SOFTWARE_LANES } from './elementwise';

const LANES = 64;
/**
 * Places whose sum is made apart when they belong to one row: the longest serial loop is about two of these. A software
 * adapter has few cores to share a long loop among, and a launch costs it more.
 */
const CHUNK = 32;

/** Rows of a piece of gather_dot4 that gives one sum. */
const PIECE = 32;

/** Rows a lane takes: a group's start costs software adapters as much as several rows. */
const runOf = (context: LowerContext): number => (context.profile.isSoftware ? 32 : 1);

/** Groups of 64 lanes (one vector on software adapters) as COLUMNS × ROWS over [rows, width]; narrow rows get tall groups. */
function tile(
  context: LowerContext,
  rows: number,
  width: number,
  run = 1,
): { overrides: { COLUMNS: number; ROWS: number }; groups: [number, number, number] } {
  const lanes = context.profile.isSoftware ? SOFTWARE_LANES : LANES;
  let columns = 1;
  while (columns < width && columns < Math.min(16, lanes)) columns *= 2;
  const tall = lanes / columns;
  const [y, z] = foldGroups(Math.ceil(rows / (tall * run)));
  return { overrides: { COLUMNS: columns, ROWS: tall }, groups: [Math.ceil(width / columns), y, z] };
}

defineLowering(GATHER_ROWS, (node, context) => {
  const table = nodeInput(node as GraphNode, 0);
  const ids = nodeInput(node as GraphNode, 1);
  const [rows, size] = [sizeAt(table.shape, 0), sizeAt(table.shape, 1)];
  const isVector = size % 4 === 0 && rows > 0;
  const width = isVector ? size / 4 : size;
  const run = runOf(context);
  const { overrides, groups } = tile(context, countOf(ids), width, run);
  context.dispatch({
    kernel: isVector ? 'gather_rows4' : 'gather_rows',
    overrides: { ...overrides, RUN: run },
    groups,
    bind: { table: context.value(table), ids: context.value(ids), y: context.output(0) },
    params: { count: countOf(ids), width, rows },
  });
});

defineLowering(SCATTER_ROWS, (node, context) => {
  const { rows, paddingId } = node.attributes;
  const [grad, ids, order, starts] = [0, 1, 2, 3].map((index) =>
    context.value(nodeInput(node as GraphNode, index)),
  ) as [Value, Value, Value, Value];
  const count = countOf(nodeInput(node as GraphNode, 1));
  const size = sizeAt(nodeInput(node as GraphNode, 0).shape, -1);
  const isVector = size % 4 === 0 && count > 0;
  const width = isVector ? size / 4 : size;
  const chunks = Math.floor(count / CHUNK);
  const hasChunks = chunks > 1 && !context.profile.isSoftware;
  const partial = hasChunks ? context.scratch(chunks * size * 4, 'chunk sums') : grad;
  if (hasChunks) {
    const { overrides, groups } = tile(context, chunks, width);
    context.dispatch({
      kernel: isVector ? 'scatter_chunks4' : 'scatter_chunks',
      overrides: { ...overrides, CHUNK },
      bind: { grad, ids, order, partial },
      params: { width, chunks },
      groups,
    });
  }
  const run = runOf(context);
  const y = context.output(0);
  // Most rows of a table larger than the batch stay zero: clearing is cheap, launching a lane for each is not.
  if (count > 0 && rows > count) {
    const { overrides, groups } = tile(context, count, width, run);
    context.dispatch({
      kernel: isVector ? 'scatter_touched4' : 'scatter_touched',
      overrides: { ...overrides, RUN: run, CHUNK, HAS_CHUNKS: hasChunks ? 1 : 0 },
      bind: { grad, ids, order, starts, partial, y },
      params: { count, width, rows, frozen: paddingId },
      clears: y,
      groups,
    });
    return;
  }
  const { overrides, groups } = tile(context, rows, width, run);
  context.dispatch({
    kernel: isVector ? 'scatter_rows4' : 'scatter_rows',
    overrides: { ...overrides, RUN: run, CHUNK, HAS_CHUNKS: hasChunks ? 1 : 0 },
    bind: { grad, order, starts, partial, y },
    params: { width, rows, frozen: paddingId },
    groups,
  });
});

defineLowering(GATHER_DOT, (node, context) => {
  const { isRowwise, scale } = node.attributes;
  const [table, ids] = [nodeInput(node as GraphNode, 0), nodeInput(node as GraphNode, 1)];
  const width = sizeAt(table.shape, 1) / 4;
  const count = countOf(ids);
  const pieces = isRowwise ? count : Math.ceil(count / PIECE);
  let lanes = SOFTWARE_LANES;
  while (!context.profile.isSoftware && lanes < width && lanes < LANES) lanes *= 2;
  const y = isRowwise || pieces === 1 ? context.output(0) : context.scratch(pieces * 4, 'sums of pieces');
  context.dispatch({
    kernel: 'gather_dot4',
    overrides: { LANES: lanes, RUN: isRowwise ? 1 : PIECE },
    bind: {
      table: context.value(table),
      ids: context.value(ids),
      x: context.value(nodeInput(node as GraphNode, 2)),
      y,
    },
    params: { count, width, rows: sizeAt(table.shape, 0), scale },
    groups: foldGroups(pieces),
  });
  if (isRowwise || pieces === 1) return;
  context.dispatch({
    kernel: 'reduce_sum',
    overrides: { LANES },
    bind: { x: y, y: context.output(0) },
    params: { outputs: 1, middle: pieces, inner: 1, scale: 1 },
    groups: [1, 1, 1],
  });
});

defineLowering(BUILD_INDEX, (node, context) => {
  const { rows } = node.attributes;
  const ids = nodeInput(node as GraphNode, 0);
  const count = countOf(ids);
  const [order, starts] = [context.output(0), context.output(1)];
  context.dispatch({
    kernel: 'index_order',
    overrides: { LANES },
    bind: { ids: context.value(ids), order },
    params: { count },
    groups: groupsFor(count, LANES),
  });
  context.dispatch({
    kernel: 'index_starts',
    overrides: { LANES },
    bind: { ids: context.value(ids), order, starts },
    params: { count, rows },
    groups: groupsFor(rows + 1, LANES),
  });
});
