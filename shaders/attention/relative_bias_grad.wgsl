// relative_bias_grad: d_table[bucket, h] = sum of dy[h, pair] over the bucket's pairs.
//   dy      [H, pairs]    f32 in
//   sorted  [pairs]       u32 in    pairs by ascending bucket
//   starts  [buckets + 1] u32 in    first place of each bucket in `sorted`
//   d_table [buckets, H]  f32 out
// One group a (bucket, head): lanes stride over the bucket's pairs, then merge in a fixed tree.
override LANES: u32 = 64;
// include: lib/tree_reduce.wgsl

struct Params { heads: u32, pairs: u32, outputs: u32 }

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> sorted: array<u32>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read_write> d_table: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn relative_bias_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let output = group.x + group.y * groups.x;
  let bucket = min(output, params.outputs - 1u) / params.heads;
  let head = output % params.heads;
  var partial = 0.0;
  for (var place = starts[bucket] + lane; place < starts[bucket + 1u]; place += LANES) { partial += dy[head * params.pairs + sorted[place]]; }
  let total = tree_sum(lane, partial);
  if (lane == 0u && output < params.outputs) { d_table[output] = total; }
}
