// spread: y[o, m, i] = scale x[o, i], the gradient of reduce_sum.
//   x [outer, inner]         f32 in
//   y [outer, middle, inner] f32 out
// One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, middle: u32, inner: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn spread(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i < params.count) { y[i] = params.scale * x[(i / (params.middle * params.inner)) * params.inner + i % params.inner]; }
}
