// unary_grad: dx = dy f'(x), f chosen by KIND as in unary.wgsl.
//   x  [count] f32 in
//   dy [count] f32 in
//   dx [count] f32 out
// RUN elements a lane, LANES apart: software adapters pay for each lane's start. relu'(0) = 0.
// include: lib/linear_index.wgsl
// include: lib/functions.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;
override KIND: u32 = 0;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn unary_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, params.count);
  for (var i = first + lane; i < end; i += LANES) { dx[i] = dy[i] * unary_slope(KIND, x[i]); }
}
