// index_starts: starts[v] = number of ids below v, by binary search in the sorted positions.
//   ids    [count]    u32 in
//   order  [count]    u32 in    positions sorted by id
//   starts [rows + 1] u32 out
// One row a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> starts: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn index_starts(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = linear_index(group, groups, lane, LANES);
  if (row > params.rows) { return; }
  var low = 0u;
  var high = params.count;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (ids[order[middle]] < row) { low = middle + 1u; } else { high = middle; }
  }
  starts[row] = low;
}
