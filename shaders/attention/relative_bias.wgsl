// relative_bias: y[h, pair] = table[bucket[pair], h].
//   table  [buckets, H] f32 in
//   bucket [pairs]      u32 in    bucket of each (query, key), below `buckets`
//   y      [H, pairs]   f32 out
// One element a lane.
override LANES: u32 = 64;
// include: lib/linear_index.wgsl

struct Params { heads: u32, pairs: u32 }

@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read> bucket: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn relative_bias(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.heads * params.pairs) { return; }
  y[i] = table[bucket[i % params.pairs] * params.heads + i / params.pairs];
}
