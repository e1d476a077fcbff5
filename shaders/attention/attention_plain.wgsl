// attention_plain: the readable twin of attention.wgsl; any Dk, any number of keys.
//   q        [B, Tq, H, Dk] f32 in    heads are strides inside a row
//   k, v     [B, Tk, H, Dk] f32 in
//   bias     [H, Tq, Tk]    f32 in    HAS_BIAS, else unused
//   key_mask [B, Tk]        u32 in    HAS_MASK, else unused; 0 = key not allowed
//   state    [16]           u32 in    HAS_DROPOUT, else unused; step and seed
//   out      [B, Tq, H, Dk] f32 out
//   lse      [B, H, Tq]     f32 out   log of the sum of exp(score); about MASKED where no key is allowed
// One query row a lane: the maximum, then the sum, then the weighted values, each making the scores again.
override LANES: u32 = 64;
override HAS_BIAS: bool = false;
override HAS_MASK: bool = false;
override IS_CAUSAL: bool = false;
override HAS_DROPOUT: bool = false;
// include: lib/linear_index.wgsl
// include: lib/random.wgsl

struct Params { batch: u32, heads: u32, queries: u32, keys: u32, dk: u32, scale: f32, dropout_rate: f32, dropout_stream: u32 }

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> key_mask: array<u32>;
@group(0) @binding(5) var<storage, read> state: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;
@group(0) @binding(7) var<storage, read_write> lse: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const MASKED: f32 = -3.4028234663852886e38; // stands for "not allowed" in place of -infinity

@compute @workgroup_size(LANES)
fn attention_plain(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = linear_index(group, groups, lane, LANES);
  if (row >= params.batch * params.heads * params.queries) { return; }
  let query = row % params.queries;
  let head = row / params.queries % params.heads;
  let item = row / params.queries / params.heads;
  let stride = params.heads * params.dk;
  let o = (item * params.queries + query) * stride + head * params.dk;
  var top = MASKED;
  for (var key = 0u; key < params.keys; key++) { top = max(top, score(item, head, query, key)); }
  var mass = 0.0;
  for (var key = 0u; key < params.keys; key++) { mass += exp(max(score(item, head, query, key) - top, -100.0)); }
  lse[row] = top + log(mass);
  for (var d = 0u; d < params.dk; d++) { out[o + d] = 0.0; }
  for (var key = 0u; key < params.keys; key++) {
    var weight = exp(max(score(item, head, query, key) - top, -100.0)) / mass;
    if (HAS_DROPOUT) {
      let draw = random_uniform(state[1], state[0], params.dropout_stream, row * params.keys + key);
      weight *= select(0.0, 1.0 / (1.0 - params.dropout_rate), draw >= params.dropout_rate);
    }
    let at = (item * params.keys + key) * stride + head * params.dk;
    for (var d = 0u; d < params.dk; d++) { out[o + d] += weight * v[at + d]; }
  }
}

fn score(item: u32, head: u32, query: u32, key: u32) -> f32 {
  let stride = params.heads * params.dk;
  let a = (item * params.queries + query) * stride + head * params.dk;
  let b = (item * params.keys + key) * stride + head * params.dk;
  var product = 0.0;
  for (var d = 0u; d < params.dk; d++) { product += q[a + d] * k[b + d]; }
  product *= params.scale;
  if (HAS_BIAS) { product += bias[(head * params.queries + query) * params.keys + key]; }
  if (HAS_MASK) { product = select(product, MASKED, key_mask[item * params.keys + key] == 0u); }
  if (IS_CAUSAL) { product = select(product, MASKED, key > query); }
  return product;
}
