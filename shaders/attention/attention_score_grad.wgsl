// attention_score_grad: recomputes the weights of a slice of the batch and the gradients of its scores.
//   q, d_out [B, Tq, H, Dk] f32 in    as vec4
//   k, v     [B, Tk, H, Dk] f32 in    likewise
//   bias     [H, Tq, Tk]    f32 in    flag BIAS, else unused
//   context  u32 in         see attention_context.wgsl
//   weights  [2, S, H, Tq, 4 ceil(Tk / 4)] f32 out   0: gradients of the scores; 1: weights after dropout; S items from first_item
// dS = P (keep (dO V^T) - delta), zero where masked; padding columns are zero. One tile of 4 queries x 4 keys a lane, in
// registers; sums run in order of d. Needs Dk % 4 = 0.
override LANES: u32 = 64;
override HAS_DROPOUT: bool = false;
// include: lib/random.wgsl
// include: lib/attention_scores.wgsl

struct Params { batch: u32, heads: u32, queries: u32, keys: u32, dk4: u32, scale: f32, dropout_rate: f32, dropout_stream: u32, first_item: u32, items: u32, flags: u32 }

@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> k: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> d_out: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read> context: array<u32>;
@group(0) @binding(6) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn attention_score_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let t = (group.x + group.y * groups.x) * LANES + lane;
  let pitch = (params.keys + 3u) / 4u;
  let row_tiles = (params.queries + 3u) / 4u;
  let pair = t / (pitch * row_tiles);
  if (pair >= params.items * params.heads) { return; }
  let row = (t / pitch) % row_tiles * 4u;
  let column = t % pitch;
  let item = params.first_item + pair / params.heads;
  let head = pair % params.heads;
  let stride = params.heads * params.dk4;
  let query = min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.queries - 1u));
  let at = vec4<u32>(column * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let key = min(at, vec4<u32>(params.keys - 1u));
  let q_at = (item * params.queries + query) * stride + head * params.dk4;
  let k_at = (item * params.keys + key) * stride + head * params.dk4;
  var s0 = vec4<f32>(0.0); var s1 = s0; var s2 = s0; var s3 = s0;
  var g0 = s0; var g1 = s0; var g2 = s0; var g3 = s0;
  for (var d = 0u; d < params.dk4; d++) {
    let k0 = k[k_at.x + d]; let k1 = k[k_at.y + d]; let k2 = k[k_at.z + d]; let k3 = k[k_at.w + d];
    let q0 = q[q_at.x + d]; s0 += vec4<f32>(dot(q0, k0), dot(q0, k1), dot(q0, k2), dot(q0, k3));
    let q1 = q[q_at.y + d]; s1 += vec4<f32>(dot(q1, k0), dot(q1, k1), dot(q1, k2), dot(q1, k3));
    let q2 = q[q_at.z + d]; s2 += vec4<f32>(dot(q2, k0), dot(q2, k1), dot(q2, k2), dot(q2, k3));
    let q3 = q[q_at.w + d]; s3 += vec4<f32>(dot(q3, k0), dot(q3, k1), dot(q3, k2), dot(q3, k3));
  }
  for (var d = 0u; d < params.dk4; d++) {
    let v0 = v[k_at.x + d]; let v1 = v[k_at.y + d]; let v2 = v[k_at.z + d]; let v3 = v[k_at.w + d];
    let o0 = d_out[q_at.x + d]; g0 += vec4<f32>(dot(o0, v0), dot(o0, v1), dot(o0, v2), dot(o0, v3));
    let o1 = d_out[q_at.y + d]; g1 += vec4<f32>(dot(o1, v0), dot(o1, v1), dot(o1, v2), dot(o1, v3));
    let o2 = d_out[q_at.z + d]; g2 += vec4<f32>(dot(o2, v0), dot(o2, v1), dot(o2, v2), dot(o2, v3));
    let o3 = d_out[q_at.w + d]; g3 += vec4<f32>(dot(o3, v0), dot(o3, v1), dot(o3, v2), dot(o3, v3));
  }
  let rows = params.batch * params.heads * params.queries;
  let m = 2u * rows + item * params.keys + key;
  let allowed = vec4<u32>(context[m.x], context[m.y], context[m.z], context[m.w]) != vec4<u32>(0u);
  let real = at < vec4<u32>(params.keys);
  let to = (pair * params.queries + row) * pitch + column;
  let count = params.queries - row;
  // Rolled, so that the body is compiled once instead of four times.
  var products = array<vec4<f32>, 4>(s0, s1, s2, s3);
  var gains = array<vec4<f32>, 4>(g0, g1, g2, g3);
  for (var i = 0u; i < min(count, 4u); i++) { store(to + i * pitch, products[i], gains[i], item, head, query[i], key, allowed, real); }
}

fn store(to: u32, product: vec4<f32>, weight_grad: vec4<f32>, item: u32, head: u32, query: u32, key: vec4<u32>, allowed: vec4<bool>, real: vec4<bool>) {
  let rows = params.batch * params.heads * params.queries;
  let row = (item * params.heads + head) * params.queries + query;
  let lse = bitcast<f32>(context[row]);
  let delta = bitcast<f32>(context[rows + row]);
  let score = finished(product, head, query, key, allowed);
  let softmax = select(exp_below(min(score - lse, vec4<f32>(0.0))), vec4<f32>(1.0 / f32(params.keys)), lse < ALL_MASKED);
  let weight = select(vec4<f32>(0.0), softmax, real);
  var keep = vec4<f32>(1.0);
  if (HAS_DROPOUT) {
    let word = 2u * rows + params.batch * params.keys;
    keep = keep_factors(context[word + 1u], context[word], params.dropout_stream, row * params.keys + key);
  }
  let score_grad = weight * (keep * weight_grad - delta);
  weights[to] = select(score_grad, vec4<f32>(0.0), score < vec4<f32>(ALL_MASKED));
  weights[params.items * params.heads * params.queries * ((params.keys + 3u) / 4u) + to] = weight * keep;
}
