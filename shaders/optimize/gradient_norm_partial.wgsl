// gradient_norm_partial: sums of squares of slices of the gradient arena.
//   gradient [count]  f32 in
//   partial  [groups] f32 out
// Each group takes every groups-th run of LANES elements and merges its lanes in a fixed tree.
override LANES: u32 = 64;
// include: lib/tree_reduce.wgsl

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn gradient_norm_partial(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  var squares = 0.0;
  for (var i = group.x * LANES + lane; i < params.count; i += groups.x * LANES) { squares += gradient[i] * gradient[i]; }
  let total = tree_sum(lane, squares);
  if (lane == 0u) { partial[group.x] = total; }
}
