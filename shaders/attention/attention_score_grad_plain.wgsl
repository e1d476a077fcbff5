// attention_score_grad_plain: the readable twin of attention_score_grad.wgsl; any Dk.
//   q, d_out [B, Tq, H, Dk] f32 in
//   k, v     [B, Tk, H, Dk] f32 in
//   bias     [H, Tq, Tk]    f32 in    HAS_BIAS, else unused
//   context  u32 in         see attention_context.wgsl
//   weights  [2, S, H, Tq, pitch] f32 out   0: gradients of the scores; 1: weights after dropout; S items from first_item
// dS = P (keep (dO V^T) - delta), zero where masked; columns from Tk to pitch are zero. One (query, key) a lane.
override LANES: u32 = 64;
override HAS_BIAS: bool = false;
override IS_CAUSAL: bool = false;
override HAS_DROPOUT: bool = false;
// include: lib/linear_index.wgsl
// include: lib/random.wgsl

struct Params { batch: u32, heads: u32, queries: u32, keys: u32, dk: u32, pitch: u32, scale: f32, dropout_rate: f32, dropout_stream: u32, first_item: u32, items: u32 }

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> d_out: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> context: array<u32>;
@group(0) @binding(6) var<storage, read_write> weights: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

const ALL_MASKED: f32 = -1.0e37; // a log-sum-exp below this: no key was allowed

@compute @workgroup_size(LANES)
fn attention_score_grad_plain(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  let half = params.items * params.heads * params.queries * params.pitch;
  if (i >= half) { return; }
  let key = i % params.pitch;
  let row = i / params.pitch + params.first_item * params.heads * params.queries;
  if (key >= params.keys) {
    weights[i] = 0.0;
    weights[half + i] = 0.0;
    return;
  }
  let query = row % params.queries;
  let head = row / params.queries % params.heads;
  let item = row / params.queries / params.heads;
  let rows = params.batch * params.heads * params.queries;
  let stride = params.heads * params.dk;
  let a = (item * params.queries + query) * stride + head * params.dk;
  let b = (item * params.keys + key) * stride + head * params.dk;
  var score = 0.0;
  var weight_grad = 0.0;
  for (var d = 0u; d < params.dk; d++) {
    score += q[a + d] * k[b + d];
    weight_grad += d_out[a + d] * v[b + d];
  }
  score *= params.scale;
  if (HAS_BIAS) { score += bias[(head * params.queries + query) * params.keys + key]; }
  let is_masked = context[2u * rows + item * params.keys + key] == 0u || (IS_CAUSAL && key > query);
  let lse = bitcast<f32>(context[row]);
  let delta = bitcast<f32>(context[rows + row]);
  var weight = exp(clamp(score - lse, -100.0, 0.0));
  if (is_masked) { weight = 0.0; }
  if (lse < ALL_MASKED) { weight = 1.0 / f32(params.keys); }
  var keep = 1.0;
  if (HAS_DROPOUT) {
    let word = 2u * rows + params.batch * params.keys;
    let draw = random_uniform(context[word + 1u], context[word], params.dropout_stream, row * params.keys + key);
    keep = select(0.0, 1.0 / (1.0 - params.dropout_rate), draw >= params.dropout_rate);
  }
  weights[i] = select(weight * (keep * weight_grad - delta), 0.0, is_masked);
  weights[half + i] = weight * keep;
}
