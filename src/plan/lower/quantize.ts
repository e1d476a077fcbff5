import { countOf, type GraphNode } from '../../tensor/graph';
import { CODE_COUNTS, EMA_CODEBOOK, NEAREST_CODE } from '../../tensor/ops/quantize';
import { sizeAt } from '../../tensor/shape';
import { foldGroups, groupsFor, type Value } from '../dispatch';
import { defineLowering, type LowerContext, nodeInput } from '../lowering';
import { packOverrides } from '../matmulChoice';

const LANES = 64;
/** Below this many squared differences laying the codebook out by column costs more than it saves. */
const PLAIN_WORK = 4096;
/** The widest step any tiled kernel takes through the codes (nearest_code_tile). */
const TILE_CODES = 64;
/** The deepest step any tiled kernel takes through the dimensions (nearest_code_tile). */
const TILE_DIMS = 8;

type TiledKernel = 'nearest_code_tile' | 'nearest_code_subgroup4' | 'nearest_code_panel';

const ROWS_A_GROUP = { nearest_code_tile: 16, nearest_code_subgroup4: 8, nearest_code_panel: 16 } as const;

/** Registers win on software adapters (no memory traffic between lanes); real GPUs want full groups of 64. */
function tiledKernel(profile: { isSoftware: boolean; subgroupSize: number }): TiledKernel {
  if (profile.isSoftware && profile.subgroupSize === 4) return 'nearest_code_subgroup4';
  if (profile.isSoftware) return 'nearest_code_panel';
  return 'nearest_code_tile';
}

/** x [N, D] as [D, ceil(N / 4)] vec4, the layout that the panel kernel reads. */
function rowsByDimension(context: LowerContext, x: Value, rows: number, dims: number): Value {
  const quads = Math.ceil(rows / 4);
  const packed = context.scratch(Math.max(1, dims * quads) * 16, 'rows by dimension');
  context.dispatch({
    kernel: 'matmul_pack',
    overrides: packOverrides(context.profile),
    bind: { x, y: packed },
    params: { size: rows, k: dims, quads, x_batch: 0, x_k: 1, x_i: dims },
    groups: [Math.ceil(rows / 32), Math.ceil(dims / 32), 1],
  });
  return packed;
}

defineLowering(NEAREST_CODE, (node, context) => {
  const { variant } = node.attributes;
  const x = nodeInput(node as GraphNode, 0);
  const codebook = nodeInput(node as GraphNode, 1);
  const [rows, dims, codes] = [sizeAt(x.shape, 0), sizeAt(x.shape, 1), sizeAt(codebook.shape, 0)];
  const outputs = { code: context.output(0), distance: context.output(1) };
  if (variant === 'plain' || dims === 0 || (variant === 'auto' && rows * codes * dims < PLAIN_WORK)) {
    context.dispatch({
      kernel: 'nearest_code_plain',
      overrides: { LANES },
      bind: { x: context.value(x), codebook: context.value(codebook), ...outputs },
      params: { rows, codes, dims },
      groups: groupsFor(rows, LANES),
    });
    return;
  }
  const quads = (Math.ceil(codes / TILE_CODES) * TILE_CODES) / 4;
  const depth = Math.ceil(dims / TILE_DIMS) * TILE_DIMS;
  const columns = context.scratch(depth * quads * 16, 'codebook by column');
  context.dispatch({
    kernel: 'codebook_columns',
    overrides: { LANES },
    bind: { codebook: context.value(codebook), columns },
    params: { codes, dims, depth, quads },
    groups: rows === 0 ? [0, 1, 1] : groupsFor(depth * quads, LANES),
  });
  const kernel = variant === 'tile' ? 'nearest_code_tile' : tiledKernel(context.profile);
  const isPanel = kernel === 'nearest_code_panel';
  const rowQuads = Math.ceil(rows / 4);
  context.dispatch({
    kernel,
    overrides: {},
    bind: {
      x: isPanel ? rowsByDimension(context, context.value(x), rows, dims) : context.value(x),
      columns,
      ...outputs,
    },
    params: { rows, codes, dims, quads, ...(isPanel ? { x_quads: rowQuads } : {}) },
    groups: foldGroups(Math.ceil(rows / ROWS_A_GROUP[kernel])),
  });
});

defineLowering(CODE_COUNTS, (node, context) => {
  const starts = nodeInput(node as GraphNode, 0);
  const codes = countOf(starts) - 1;
  context.dispatch({
    kernel: 'code_counts',
    overrides: { LANES },
    bind: { starts: context.value(starts), counts: context.output(0) },
    params: { codes },
    groups: groupsFor(codes, LANES),
  });
});

defineLowering(EMA_CODEBOOK, (node, context) => {
  const { decay, eps } = node.attributes;
  const [codes, dims] = [
    sizeAt(nodeInput(node as GraphNode, 1).shape, 0),
    sizeAt(nodeInput(node as GraphNode, 1).shape, 1),
  ];
  const input = (index: number): Value => context.value(nodeInput(node as GraphNode, index));
  context.dispatch({
    kernel: 'ema_codebook',
    overrides: { LANES },
    bind: {
      counts: input(0),
      sums: input(1),
      old_count: input(2),
      old_sum: input(3),
      new_count: context.output(0),
      new_sum: context.output(1),
      new_codebook: context.output(2),
    },
    params: { codes, dims, decay, gain: 1 - decay, eps },
    groups: foldGroups(codes),
  });
});
