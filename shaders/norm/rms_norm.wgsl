// rms_norm: y = weight x / sqrt(mean(x^2) + eps), row by row (Zhang & Sennrich 2019, the form of T5).
//   x      [rows, width] f32 in
//   weight [width]       f32 in
//   y      [rows, width] f32 out
//   rstd   [rows]        f32 out   1 / sqrt(mean(x^2) + eps), kept for the gradient
// SPAN lanes a row, LANES / SPAN rows a group; groups fold over x and y. The second pass reads x from the cache.
override LANES: u32 = 64;
override SPAN: u32 = 32;
// include: lib/row_reduce.wgsl

struct Params { rows: u32, width: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn rms_norm(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (LANES / SPAN) + lane / SPAN;
  let part = lane % SPAN;
  let first = row * params.width;
  let end = select(0u, params.width, row < params.rows);
  var squares = 0.0;
  for (var c = part; c < end; c += SPAN) { let value = x[first + c]; squares += value * value; }
  let scale = 1.0 / sqrt(row_sum(lane, squares) / f32(params.width) + params.eps);
  for (var c = part; c < end; c += SPAN) { y[first + c] = weight[c] * (x[first + c] * scale); }
  if (part == 0u && row < params.rows) { rstd[row] = scale; }
}
