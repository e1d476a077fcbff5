// relu_mask: dx = dy where y > 0, else 0: the gradient of a ReLU from its output.
//   y  [count] f32 in
//   dy [count] f32 in
//   dx [count] f32 out
// RUN elements a lane, LANES apart: software adapters pay for each lane's start.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn relu_mask(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, params.count);
  for (var i = first + lane; i < end; i += LANES) { dx[i] = select(0.0, dy[i], y[i] > 0.0); }
}
