// affine: y = scale x + offset.
//   x [count] f32 in
//   y [count] f32 out
// RUN elements a lane, LANES apart: software adapters pay for each lane's start.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;

struct Params { count: u32, scale: f32, offset: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn affine(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, params.count);
  for (var i = first + lane; i < end; i += LANES) { y[i] = params.scale * x[i] + params.offset; }
}
