// gradient_norm: global L2 norm, clipping factor and finite check from the partial sums and the loss.
//   partial [count] f32 in
//   loss    [1]     f32 in
//   status  [4]     f32 out   norm; factor for the gradient: min(1, clip / (norm + 1e-6)), 1 if clip is 0 (the form of
//                             torch.nn.utils.clip_grad_norm_); 1 if norm and loss are finite else 0; loss
// One group. Infinity and NaN are told from the exponent bits, since a compiler may assume they never occur.
override LANES: u32 = 64;
// include: lib/tree_reduce.wgsl

struct Params { count: u32, clip: f32 }

@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read> loss: array<u32>;
@group(0) @binding(2) var<storage, read_write> status: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn is_finite_bits(bits: u32) -> bool { return (bits & 0x7f800000u) != 0x7f800000u; }

@compute @workgroup_size(LANES)
fn gradient_norm(@builtin(local_invocation_index) lane: u32) {
  var squares = 0.0;
  for (var i = lane; i < params.count; i += LANES) { squares += partial[i]; }
  let total = tree_sum(lane, squares);
  if (lane != 0u) { return; }
  let norm = sqrt(total);
  let is_good = is_finite_bits(bitcast<u32>(total)) && is_finite_bits(loss[0]);
  status[0] = norm;
  status[1] = select(1.0, min(1.0, params.clip / (norm + 1e-6)), params.clip > 0.0);
  status[2] = select(0.0, 1.0, is_good);
  status[3] = bitcast<f32>(loss[0]);
}
