// softmax_grad: dx = y (dy - sum(dy y)) from y = softmax(x); with IS_LOG dx = dy - exp(y) sum(dy) from y = log softmax(x).
//   y  [rows, width] f32 in
//   dy [rows, width] f32 in
//   dx [rows, width] f32 out
// SPAN lanes a row, LANES / SPAN rows a group, folded over x and y.
override LANES: u32 = 64;
override SPAN: u32 = 32;
override IS_LOG: bool = false;
// include: lib/row_reduce.wgsl

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn softmax_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (LANES / SPAN) + lane / SPAN;
  let part = lane % SPAN;
  let first = row * params.width;
  let end = select(0u, params.width, row < params.rows);
  var partial = 0.0;
  for (var c = part; c < end; c += SPAN) {
    let i = first + c;
    if (IS_LOG) { partial += dy[i]; } else { partial += dy[i] * y[i]; }
  }
  let total = row_sum(lane, partial);
  for (var c = part; c < end; c += SPAN) {
    let i = first + c;
    if (IS_LOG) { dx[i] = dy[i] - exp(y[i]) * total; } else { dx[i] = y[i] * (dy[i] - total); }
  }
}
