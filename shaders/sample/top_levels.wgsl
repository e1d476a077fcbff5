// top_levels: tree of best elements over each row of a matrix, the first half of top-k.
//   values [total, width] f32 in
//   keys   [..] vec2<u32> out      levels 1.. of lib/top_order.wgsl
// One group for each piece of a row: `piece` elements, the larger of a span and what lies below a node of the highest
// level, are complete subtrees, so groups never meet. Exact: no rounding, no dependence on order.
// include: lib/top_build.wgsl
override LANES: u32 = 64;

struct Params { width: u32, total: u32, levels: u32, base: u32, pieces: u32, piece: u32 }

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> keys: array<vec2<u32>>;
@group(0) @binding(2) var<uniform> params: Params;

fn element_value(segment: u32, element: u32) -> f32 {
  return values[segment * params.width + element];
}

@compute @workgroup_size(LANES)
fn top_levels(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = group.x + group.y * groups.x;
  let is_real = index < params.total * params.pieces;
  let segment = index / params.pieces;
  let first = (index % params.pieces) * params.piece;
  build_levels(lane, segment, first, select(first, min(first + params.piece, params.width), is_real), 0u);
}
