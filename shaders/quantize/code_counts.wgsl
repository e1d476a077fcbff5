// code_counts: how many rows have each code, from the starts of the inverted index (index_starts).
//   starts [K + 1] u32 in
//   counts [K]     f32 out   exact up to 2^24 rows a code
// One code a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { codes: u32 }

@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(1) var<storage, read_write> counts: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn code_counts(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let k = linear_index(group, groups, lane, LANES);
  if (k < params.codes) { counts[k] = f32(starts[k + 1u] - starts[k]); }
}
