// gather_dot4: y[g] = scale * sum over a piece of RUN rows i of table[ids[i]] . x[i], the look-up never stored.
//   table [rows, width / 4]      vec4 f32 in
//   ids   [count]                u32 in
//   x     [count, width / 4]     vec4 f32 in
//   y     [ceil(count / RUN)]    f32 out
// One group a piece, folded over x and y. Lanes lie along the columns and add up row after row; they merge in a fixed tree.
// RUN 1 gives a score for each row. An id outside the table counts as zeros. `width` in Params counts vectors.
override LANES: u32 = 64;
override RUN: u32 = 1;
// include: lib/tree_reduce.wgsl

struct Params { count: u32, width: u32, rows: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn gather_dot4(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let piece = group.x + group.y * groups.x;
  let first = piece * RUN;
  let end = min(first + RUN, params.count);
  var total = vec4<f32>();
  for (var i = first; i < end; i++) {
    let id = ids[i];
    if (id >= params.rows) { continue; }
    for (var c = lane; c < params.width; c += LANES) {
      total = fma(table[id * params.width + c], x[i * params.width + c], total);
    }
  }
  let sum = tree_sum(lane, (total.x + total.y) + (total.z + total.w));
  if (lane == 0u && first < params.count) { y[piece] = sum * params.scale; }
}
