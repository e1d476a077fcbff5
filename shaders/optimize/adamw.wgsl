// adamw: one update of the whole flat parameter arena (Loshchilov & Hutter 2019, the form of torch.optim.AdamW).
//   gradient  [count] f32 in
//   status    [4]     f32 in       clipping factor in 1, finite flag in 2 (0 leaves everything as it was)
//   state     [16]    u32 in       learning rate in 2, 1/(1-beta1^t) in 3, 1/(1-beta2^t) in 4, as f32 bits; in 7 and 8
//                                  those of the elements from `late_from` on, before `late_to` (0: not yet updated)
//   weight    [count] f32 in/out
//   moment1   [count] f32 in/out
//   moment2   [count] f32 in/out
// Weights from `decayed` on (biases and norms, where a model says so) are not decayed.
// One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, beta1: f32, beta2: f32, eps: f32, weight_decay: f32, decayed: u32, late_from: u32, late_to: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read> status: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> moment1: array<f32>;
@group(0) @binding(5) var<storage, read_write> moment2: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn adamw(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count || status[2] == 0.0) { return; }
  let late = i >= params.late_from && i < params.late_to;
  if (late && state[7] == 0u) { return; }
  let learning_rate = bitcast<f32>(state[2]);
  let g = gradient[i] * status[1];
  let m = params.beta1 * moment1[i] + (1.0 - params.beta1) * g;
  let v = params.beta2 * moment2[i] + (1.0 - params.beta2) * g * g;
  moment1[i] = m;
  moment2[i] = v;
  let m_hat = m * bitcast<f32>(select(state[3], state[7], late));
  let v_hat = v * bitcast<f32>(select(state[4], state[8], late));
  let decay = select(0.0, params.weight_decay, i < params.decayed);
  weight[i] = weight[i] * (1.0 - learning_rate * decay) - learning_rate * m_hat / (sqrt(v_hat) + params.eps);
}
