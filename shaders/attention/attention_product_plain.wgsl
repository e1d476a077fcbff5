// attention_product_plain: the readable twin of attention_query_grad.wgsl and attention_key_grad.wgsl; any Dk.
//   x       [B, T', H, Dk] f32 in    rows that are weighed: K for dQ, Q for dK, dO for dV
//   weights [2, S, H, Tq, pitch] f32 in    see attention_score_grad_plain.wgsl; part IS_VALUE is read
//   y       [B, T, H, Dk]  f32 out   IS_QUERY: y[q] = scale sum over keys of w[q, key] x[key]; else y[key] = scale sum over
//                                    queries of w[q, key] x[q]; rows of the slice
// One output element a lane.
override LANES: u32 = 64;
override IS_QUERY: bool = false;
override IS_VALUE: bool = false;
// include: lib/linear_index.wgsl

struct Params { heads: u32, queries: u32, keys: u32, dk: u32, pitch: u32, scale: f32, first_item: u32, items: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn attention_product_plain(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  let stride = params.heads * params.dk;
  let rows = select(params.keys, params.queries, IS_QUERY);
  let others = select(params.queries, params.keys, IS_QUERY);
  if (i >= params.items * rows * stride) { return; }
  let column = i % stride;
  let row = i / stride % rows;
  let local = i / stride / rows;
  let item = params.first_item + local;
  var first = (local * params.heads + column / params.dk) * params.queries * params.pitch;
  if (IS_VALUE) { first += params.items * params.heads * params.queries * params.pitch; }
  var total = 0.0;
  for (var other = 0u; other < others; other++) {
    let at = select(other * params.pitch + row, row * params.pitch + other, IS_QUERY);
    total += weights[first + at] * x[(item * others + other) * stride + column];
  }
  y[(item * rows + row) * stride + column] = total * params.scale;
}
