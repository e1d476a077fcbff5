// attention_bias_grad: adds a slice of the batch to the gradient of the score bias.
//   weights [2, S, H, Tq, pitch] f32 in    see attention_score_grad.wgsl; part 0 is read
//   d_bias  [H, Tq, Tk]          f32 out   overwritten where is_first, else added to
// One element a lane; the sum runs in order of the items, slice after slice.
override LANES: u32 = 64;
// include: lib/linear_index.wgsl

struct Params { rows: u32, keys: u32, pitch: u32, items: u32, is_first: u32 }

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> d_bias: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn attention_bias_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.rows * params.keys) { return; }
  let first = i / params.keys * params.pitch + i % params.keys;
  var total = select(d_bias[i], 0.0, params.is_first == 1u);
  for (var item = 0u; item < params.items; item++) { total += weights[first + item * params.rows * params.pitch]; }
  d_bias[i] = total;
}
