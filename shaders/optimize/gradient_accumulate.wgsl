// gradient_accumulate: sum = weight * gradient + keep * sum, over the whole flat gradient arena.
//   gradient [count] f32 in
//   sum      [count] f32 in/out
// keep = 0 starts a new sum without reading what was there. One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, weight: f32, keep: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> sum: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn gradient_accumulate(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let added = params.weight * gradient[i];
  if (params.keep == 0u) { sum[i] = added; } else { sum[i] += added; }
}
