// influence_dot: partial sums of the dot product of a direction and a gradient, over the whole flat arena.
//   direction [count]         f32 in
//   gradient  [count]         f32 in
//   partial   [rows * groups] f32 out   this launch writes row `row`
// Each group takes every groups-th run of LANES elements and merges its lanes in a fixed tree (as gradient_norm_partial);
// reduce_sum closes the rows.
override LANES: u32 = 64;
// include: lib/tree_reduce.wgsl

struct Params { count: u32, row: u32 }

@group(0) @binding(0) var<storage, read> direction: array<f32>;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn influence_dot(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  var products = 0.0;
  for (var i = group.x * LANES + lane; i < params.count; i += groups.x * LANES) { products += direction[i] * gradient[i]; }
  let total = tree_sum(lane, products);
  if (lane == 0u) { partial[params.row * groups.x + group.x] = total; }
}
