// layer_norm_grad: dx = (w dy - mean(w dy) - xhat mean(w dy xhat)) rstd + residual, with xhat = (x - mean) rstd, row by row.
//   x        [rows, width] f32 in
//   weight   [width]       f32 in
//   stats    [rows, 2]     f32 in    mean and rstd
//   dy       [rows, width] f32 in
//   residual [rows, width] f32 in    gradient that by-passes the norm; read if HAS_RESIDUAL, else bind any buffer
//   dx       [rows, width] f32 out
// SPAN lanes a row, LANES / SPAN rows a group; groups fold over x and y.
override LANES: u32 = 64;
override SPAN: u32 = 32;
override HAS_RESIDUAL: bool = false;
// include: lib/row_reduce.wgsl

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> residual: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn layer_norm_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (LANES / SPAN) + lane / SPAN;
  let part = lane % SPAN;
  let first = row * params.width;
  let end = select(0u, params.width, row < params.rows);
  let at = 2u * min(row, params.rows - 1u);
  let mean = stats[at];
  let scale = stats[at + 1u];
  var total = 0.0;
  var products = 0.0;
  for (var c = part; c < end; c += SPAN) {
    let value = weight[c] * dy[first + c];
    total += value;
    products += value * (x[first + c] - mean);
  }
  let level = row_sum(lane, total) / f32(params.width);
  let slope = row_sum(lane, products) * scale * scale / f32(params.width);
  for (var c = part; c < end; c += SPAN) {
    let i = first + c;
    var value = (weight[c] * dy[i] - level - (x[i] - mean) * slope) * scale;
    if (HAS_RESIDUAL) { value += residual[i]; }
    dx[i] = value;
  }
}
