// index_order: order[rank(i)] = i, where rank(i) counts the positions with a smaller id or the same id and a smaller position.
//   ids   [count] u32 in
//   order [count] u32 out   positions sorted by id, ascending within one id
// One position a lane, which compares itself with all others: count^2 steps, but no atomics, no passes, one result. The
// host's index (invertIndex) is the fast way; this one serves ids that only the GPU knows. All lanes of a group read the
// same id at the same time.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> order: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn index_order(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let id = ids[i];
  let first = linear_index(group, groups, 0u, LANES);
  let last = min(first + LANES, params.count);
  var rank = 0u;
  // Before and after the group's own positions the comparison of positions has one answer.
  for (var j = 0u; j < first; j++) { rank += select(0u, 1u, ids[j] <= id); }
  for (var j = first; j < last; j++) { rank += select(0u, 1u, ids[j] < id || (ids[j] == id && j < i)); }
  for (var j = last; j < params.count; j++) { rank += select(0u, 1u, ids[j] < id); }
  order[rank] = i;
}
