// adagrad: one update of the whole flat parameter arena (Duchi et al. 2011, the form of torch.optim.Adagrad).
//   gradient [count] f32 in
//   status   [4]     f32 in       clipping factor in 1, finite flag in 2 (0 leaves everything as it was)
//   state    [16]    u32 in       learning rate in 2, as f32 bits
//   weight   [count] f32 in/out
//   moment1  [count] f32 in/out   sum of squared gradients
// Weight decay is added to the gradient, as in torch. One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, eps: f32, weight_decay: f32 }

@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read> status: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> moment1: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn adagrad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count || status[2] == 0.0) { return; }
  let learning_rate = bitcast<f32>(state[2]);
  let g = gradient[i] * status[1] + params.weight_decay * weight[i];
  let squares = moment1[i] + g * g;
  moment1[i] = squares;
  weight[i] = weight[i] - learning_rate * g / (sqrt(squares) + params.eps);
}
