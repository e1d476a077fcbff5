import { countOf, type GraphNode } from '../../tensor/graph';
import { BUILD_INDEX, GATHER_ROWS, SCATTER_ROWS } from '../../tensor/ops/embedding';
import { sizeAt } from '../../tensor/shape';
import { foldGroups, groupsFor, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';

const LANES = 64;
/** Places whose sum is made apart when they belong to one row: the longest serial loop is about two of these. */
const CHUNK = 32;

/** Rows a lane takes: its start costs software adapters as much as several rows. */
const runOf = (context: LowerContext): number => (context.profile.isSoftware ? 8 : 1);

/** Groups of 64 lanes as COLUMNS × ROWS over [rows, width]; narrow rows get tall groups. */
function tile(
  rows: number,
  width: number,
  run = 1,
): { overrides: { COLUMNS: number; ROWS: number }; groups: [number, number, number] } {
  let columns = 1;
  while (columns < width && columns < 16) columns *= 2;
  const tall = LANES / columns;
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
  const { overrides, groups } = tile(countOf(ids), width, run);
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
  const hasChunks = chunks > 1;
  const partial = hasChunks ? context.scratch(chunks * size * 4, 'chunk sums') : grad;
  if (hasChunks) {
    const { overrides, groups } = tile(chunks, width);
    context.dispatch({
      kernel: isVector ? 'scatter_chunks4' : 'scatter_chunks',
      overrides: { ...overrides, CHUNK },
      bind: { grad, ids, order, partial },
      params: { width, chunks },
      groups,
    });
  }
  const run = runOf(context);
  const { overrides, groups } = tile(rows, width, run);
  context.dispatch({
    kernel: isVector ? 'scatter_rows4' : 'scatter_rows',
    overrides: { ...overrides, RUN: run, CHUNK, HAS_CHUNKS: hasChunks ? 1 : 0 },
    bind: { grad, order, starts, partial, y: context.output(0) },
    params: { width, rows, frozen: paddingId },
    groups,
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
