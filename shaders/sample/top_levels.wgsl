// top_levels: tree of maxima over each row of a matrix, the first half of top-k.
//   values [total, width] f32 in
//   keys   [..] u32 out         levels 1.. of lib/top_order.wgsl
// One group for each span of 512 elements of a row: with FAN 8 that is one complete subtree of up to three levels, so
// groups never meet. No atomics, no order dependence: maxima are exact.
// include: lib/top_build.wgsl
override LANES: u32 = 64;
const SPAN: u32 = 512u;

struct Params { width: u32, total: u32, levels: u32, base: u32, spans: u32 }

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> keys: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn element_key(segment: u32, element: u32) -> u32 {
  return order_key(values[segment * params.width + element]);
}

@compute @workgroup_size(LANES)
fn top_levels(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = group.x + group.y * groups.x;
  let is_real = index < params.total * params.spans;
  let segment = index / params.spans;
  let first = (index % params.spans) * SPAN;
  build_levels(lane, segment, first, select(first, min(first + SPAN, params.width), is_real));
}
