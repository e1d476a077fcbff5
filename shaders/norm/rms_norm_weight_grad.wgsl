// rms_norm_weight_grad: partial sums of dy x rstd over blocks of rows; reduce_columns adds the blocks.
//   x       [rows, width]   f32 in
//   rstd    [rows]          f32 in
//   dy      [rows, width]   f32 in
//   partial [blocks, width] f32 out
// One column of one block a lane: group x over columns, group y over blocks. Sums run in ascending row.
override LANES: u32 = 64;

struct Params { rows: u32, width: u32, block: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> rstd: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn rms_norm_weight_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * LANES + lane;
  if (column >= params.width) { return; }
  let first = group.y * params.block;
  let end = min(first + params.block, params.rows);
  var total = 0.0;
  for (var row = first; row < end; row++) {
    let i = row * params.width + column;
    total += dy[i] * x[i] * rstd[row];
  }
  partial[group.y * params.width + column] = total;
}
