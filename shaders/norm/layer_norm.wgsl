// layer_norm: y = weight (x - mean) / sqrt(variance + eps) + bias, row by row (Ba et al. 2016).
//   x      [rows, width] f32 in
//   weight [width]       f32 in
//   bias   [width]       f32 in
//   y      [rows, width] f32 out
//   stats  [rows, 2]     f32 out   mean and 1 / sqrt(variance + eps), kept for the gradient
// Variance is the mean of squared deviations from the mean, in a second pass: no cancellation.
// SPAN lanes a row, LANES / SPAN rows a group; groups fold over x and y.
override LANES: u32 = 64;
override SPAN: u32 = 32;
// include: lib/row_reduce.wgsl

struct Params { rows: u32, width: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> stats: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn layer_norm(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (LANES / SPAN) + lane / SPAN;
  let part = lane % SPAN;
  let first = row * params.width;
  let end = select(0u, params.width, row < params.rows);
  var total = 0.0;
  for (var c = part; c < end; c += SPAN) { total += x[first + c]; }
  let mean = row_sum(lane, total) / f32(params.width);
  var squares = 0.0;
  for (var c = part; c < end; c += SPAN) { let deviation = x[first + c] - mean; squares += deviation * deviation; }
  let scale = 1.0 / sqrt(row_sum(lane, squares) / f32(params.width) + params.eps);
  for (var c = part; c < end; c += SPAN) { y[first + c] = weight[c] * ((x[first + c] - mean) * scale) + bias[c]; }
  if (part == 0u && row < params.rows) {
    stats[2u * row] = mean;
    stats[2u * row + 1u] = scale;
  }
}
