// beam_items: item of each beam's trie node.
//   nodes        [count] u32 in    NOTHING for dead beams
//   item_of_leaf [nodes] u32 in    NOTHING for nodes that are no leaf
//   items        [count] u32 out
// One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
const NOTHING: u32 = 0xffffffffu;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> nodes: array<u32>;
@group(0) @binding(1) var<storage, read> item_of_leaf: array<u32>;
@group(0) @binding(2) var<storage, read_write> items: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn beam_items(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let node = nodes[i];
  if (node == NOTHING) { items[i] = NOTHING; } else { items[i] = item_of_leaf[node]; }
}
