// gradient_part: adds one part of a batch to the running gradient of the whole batch, and its loss behind it.
//   gradient [count]     f32 in
//   loss     [1]         f32 in
//   state    [16]        u32 in       weight of the part in 5, as f32 bits; 1 in 6 for the first part
//   sum      [count + 1] f32 in/out   weighted sums of the gradients, then of the losses
// The first part does not read what was there. One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read> loss: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> sum: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn gradient_part(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i > params.count) { return; }
  var value: f32;
  if (i < params.count) { value = gradient[i]; } else { value = loss[0]; }
  let added = bitcast<f32>(state[5]) * value;
  if (state[6] == 1u) { sum[i] = added; } else { sum[i] += added; }
}
