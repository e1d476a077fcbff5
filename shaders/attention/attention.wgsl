// attention: softmax(scale Q K^T + bias, masks) V; the scores of a few rows live in workgroup memory, never in a tensor.
//   q        [B, Tq, H, Dk] f32 in    as vec4; heads are strides inside a row, nothing is transposed
//   k, v     [B, Tk, H, Dk] f32 in    likewise
//   bias     [H, Tq, Tk]    f32 in    flag BIAS, else unused
//   key_mask [B, Tk]        u32 in    flag MASK, else unused; 0 = key not allowed
//   state    [16]           u32 in    HAS_DROPOUT, else unused; step and seed
//   out      [B, Tq, H, Dk] f32 out
//   lse      [B, H, Tq]     f32 out   log of the sum of exp(score); about MASKED where no key is allowed
// A masked score is MASKED, so a row with no allowed key weighs all Tk keys equally. Query rows go in tiles of four,
// counted through all (batch, head) pairs; a group owns `tiles` of them, so short decoders fill groups too. Three phases
// between two barriers: lanes make 4 x 4 score tiles in registers; one lane a row takes the softmax; lanes make 4 x 4
// tiles of weights times V. Register tiles because loads, not arithmetic, bound software adapters.
// Needs Dk % 4 = 0, tiles <= 8 and tiles * 4 * ceil(Tk / 4) <= SCORES. Sums run in order of d and of the keys.
override LANES: u32 = 64;
override SCORES: u32 = 480;
override HAS_DROPOUT: bool = false;
// include: lib/random.wgsl
// include: lib/attention_scores.wgsl

struct Params { batch: u32, heads: u32, queries: u32, keys: u32, dk4: u32, scale: f32, dropout_rate: f32, dropout_stream: u32, flags: u32, tiles: u32 }

@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> k: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> key_mask: array<u32>;
@group(0) @binding(5) var<storage, read> state: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> lse: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> scores: array<vec4<f32>, SCORES>;
var<workgroup> row_scale: array<f32, 32>;

@compute @workgroup_size(LANES)
fn attention(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * groups.x) * params.tiles;
  let row_tiles = (params.queries + 3u) / 4u;
  let pairs = params.batch * params.heads;
  let pitch = (params.keys + 3u) / 4u;
  let stride = params.heads * params.dk4;

  for (var t = lane; t < params.tiles * pitch; t += LANES) {
    let tile = first + t / pitch;
    let column = t % pitch;
    let pair = min(tile / row_tiles, pairs - 1u);
    let item = pair / params.heads;
    let head = pair % params.heads;
    let query = min(vec4<u32>((tile % row_tiles) * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.queries - 1u));
    let key = min(vec4<u32>(column * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.keys - 1u));
    let q_at = (item * params.queries + query) * stride + head * params.dk4;
    let k_at = (item * params.keys + key) * stride + head * params.dk4;
    var s0 = vec4<f32>(0.0); var s1 = s0; var s2 = s0; var s3 = s0;
    for (var d = 0u; d < params.dk4; d++) {
      let k0 = k[k_at.x + d]; let k1 = k[k_at.y + d]; let k2 = k[k_at.z + d]; let k3 = k[k_at.w + d];
      let q0 = q[q_at.x + d]; s0 += vec4<f32>(dot(q0, k0), dot(q0, k1), dot(q0, k2), dot(q0, k3));
      let q1 = q[q_at.y + d]; s1 += vec4<f32>(dot(q1, k0), dot(q1, k1), dot(q1, k2), dot(q1, k3));
      let q2 = q[q_at.z + d]; s2 += vec4<f32>(dot(q2, k0), dot(q2, k1), dot(q2, k2), dot(q2, k3));
      let q3 = q[q_at.w + d]; s3 += vec4<f32>(dot(q3, k0), dot(q3, k1), dot(q3, k2), dot(q3, k3));
    }
    var allowed = vec4<bool>(true);
    if ((params.flags & MASK) != 0u) {
      let m = item * params.keys + key;
      allowed = vec4<u32>(key_mask[m.x], key_mask[m.y], key_mask[m.z], key_mask[m.w]) != vec4<u32>(0u);
    }
    let at = (t / pitch) * 4u * pitch + column;
    // Rolled, so that the body is compiled once instead of four times.
    var products = array<vec4<f32>, 4>(s0, s1, s2, s3);
    for (var i = 0u; i < 4u; i++) { scores[at + i * pitch] = finished(products[i], head, query[i], key, allowed); }
  }
  workgroupBarrier();

  for (var r = lane; r < params.tiles * 4u; r += LANES) {
    let tile = first + r / 4u;
    let row = tile / row_tiles * params.queries + (tile % row_tiles) * 4u + r % 4u;
    var high = vec4<f32>(MASKED);
    for (var c = 0u; c < pitch; c++) { high = max(high, scores[r * pitch + c]); }
    let top = max(max(high.x, high.y), max(high.z, high.w));
    var mass = 0.0;
    for (var c = 0u; c < pitch; c++) {
      let key = vec4<u32>(c * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
      var weight = select(exp_below(scores[r * pitch + c] - top), vec4<f32>(0.0), key >= vec4<u32>(params.keys));
      mass += weight.x + weight.y + weight.z + weight.w;
      if (HAS_DROPOUT) { weight *= keep_factors(state[1], state[0], params.dropout_stream, row * params.keys + key); }
      scores[r * pitch + c] = weight;
    }
    row_scale[r] = 1.0 / mass;
    if (tile < pairs * row_tiles && (tile % row_tiles) * 4u + r % 4u < params.queries) { lse[row] = top + log(mass); }
  }
  workgroupBarrier();

  for (var t = lane; t < params.tiles * params.dk4; t += LANES) {
    let tile = first + t / params.dk4;
    let pair = min(tile / row_tiles, pairs - 1u);
    let item = pair / params.heads;
    let column = (pair % params.heads) * params.dk4 + t % params.dk4;
    let at = (t / params.dk4) * 4u * pitch;
    var o0 = vec4<f32>(0.0); var o1 = o0; var o2 = o0; var o3 = o0;
    for (var c = 0u; c < pitch; c++) {
      let key = min(vec4<u32>(c * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.keys - 1u));
      let v_at = (item * params.keys + key) * stride + column;
      let v0 = v[v_at.x]; let v1 = v[v_at.y]; let v2 = v[v_at.z]; let v3 = v[v_at.w];
      let w0 = scores[at + c]; o0 += w0.x * v0 + w0.y * v1 + w0.z * v2 + w0.w * v3;
      let w1 = scores[at + pitch + c]; o1 += w1.x * v0 + w1.y * v1 + w1.z * v2 + w1.w * v3;
      let w2 = scores[at + 2u * pitch + c]; o2 += w2.x * v0 + w2.y * v1 + w2.z * v2 + w2.w * v3;
      let w3 = scores[at + 3u * pitch + c]; o3 += w3.x * v0 + w3.y * v1 + w3.z * v2 + w3.w * v3;
    }
    let query = (tile % row_tiles) * 4u;
    let real = select(0u, params.queries - query, tile < pairs * row_tiles);
    let to = (item * params.queries + query) * stride + column;
    let r = (t / params.dk4) * 4u;
    if (real > 0u) { out[to] = o0 * row_scale[r]; }
    if (real > 1u) { out[to + stride] = o1 * row_scale[r + 1u]; }
    if (real > 2u) { out[to + 2u * stride] = o2 * row_scale[r + 2u]; }
    if (real > 3u) { out[to + 3u * stride] = o3 * row_scale[r + 3u]; }
  }
}
