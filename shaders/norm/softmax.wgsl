// softmax: y = exp(x) / sum exp(x), or its logarithm (IS_LOG), row by row, safe for any finite x.
//   x [rows, width] f32 in
//   y [rows, width] f32 out
// SPAN lanes a row, LANES / SPAN rows a group, folded over x and y. Passes: maximum, sum of exponentials, result.
override LANES: u32 = 64;
override SPAN: u32 = 32;
override IS_LOG: bool = false;
// include: lib/row_reduce.wgsl

struct Params { rows: u32, width: u32 }
const LOWEST: f32 = -3.4028234663852886e38; // most negative finite f32; constants cannot be infinite

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn softmax(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (LANES / SPAN) + lane / SPAN;
  let part = lane % SPAN;
  let first = row * params.width;
  let end = select(0u, params.width, row < params.rows);
  var best = LOWEST;
  for (var c = part; c < end; c += SPAN) { best = max(best, x[first + c]); }
  let top = row_max(lane, best);
  var partial = 0.0;
  for (var c = part; c < end; c += SPAN) { partial += exp(x[first + c] - top); }
  let total = row_sum(lane, partial);
  if (IS_LOG) {
    let level = log(total);
    for (var c = part; c < end; c += SPAN) { y[first + c] = (x[first + c] - top) - level; }
  } else {
    let scale = 1.0 / total;
    for (var c = part; c < end; c += SPAN) { y[first + c] = exp(x[first + c] - top) * scale; }
  }
}
