// beam_ancestors: for each beam, the row that holds its keys and values in every step so far.
//   parents  [users, beams] u32 in                    parent beam of each beam
//   previous [users * previous_beams, steps] u32 in   the parents' table
//   table    [users * beams, steps + 1] u32 out       table[r, s < steps] = previous[parent row of r, s]; table[r, steps] = r
// One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, beams: u32, previous_beams: u32, steps: u32 }

@group(0) @binding(0) var<storage, read> parents: array<u32>;
@group(0) @binding(1) var<storage, read> previous: array<u32>;
@group(0) @binding(2) var<storage, read_write> table: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn beam_ancestors(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let row = i / (params.steps + 1u);
  let step = i % (params.steps + 1u);
  if (step == params.steps) {
    table[i] = row;
  } else {
    let parent_row = (row / params.beams) * params.previous_beams + parents[row];
    table[i] = previous[parent_row * params.steps + step];
  }
}
