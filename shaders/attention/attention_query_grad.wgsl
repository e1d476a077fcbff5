// attention_query_grad: dQ = scale dS K for a slice of the batch.
//   k        [B, Tk, H, Dk] f32 in    as vec4
//   weights  [2, S, H, Tq, 4 ceil(Tk / 4)] f32 in    see attention_score_grad.wgsl; part 0 is read
//   dq       [B, Tq, H, Dk] f32 out   rows of the slice
// One tile of 4 queries x 4 columns a lane; sums run in order of the keys. Needs Dk % 4 = 0.
override LANES: u32 = 64;

struct Params { heads: u32, queries: u32, keys: u32, dk4: u32, scale: f32, first_item: u32, items: u32 }

@group(0) @binding(0) var<storage, read> k: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dq: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn attention_query_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let t = (group.x + group.y * groups.x) * LANES + lane;
  let pitch = (params.keys + 3u) / 4u;
  let row_tiles = (params.queries + 3u) / 4u;
  let pair = t / (params.dk4 * row_tiles);
  if (pair >= params.items * params.heads) { return; }
  let row = (t / params.dk4) % row_tiles * 4u;
  let item = params.first_item + pair / params.heads;
  let column = (pair % params.heads) * params.dk4 + t % params.dk4;
  let stride = params.heads * params.dk4;
  let w_at = (pair * params.queries + min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.queries - 1u))) * pitch;
  var g0 = vec4<f32>(0.0); var g1 = g0; var g2 = g0; var g3 = g0;
  for (var c = 0u; c < pitch; c++) {
    let key = min(vec4<u32>(c * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.keys - 1u));
    let k_at = (item * params.keys + key) * stride + column;
    let k0 = k[k_at.x]; let k1 = k[k_at.y]; let k2 = k[k_at.z]; let k3 = k[k_at.w];
    let w0 = weights[w_at.x + c]; g0 += w0.x * k0 + w0.y * k1 + w0.z * k2 + w0.w * k3;
    let w1 = weights[w_at.y + c]; g1 += w1.x * k0 + w1.y * k1 + w1.z * k2 + w1.w * k3;
    let w2 = weights[w_at.z + c]; g2 += w2.x * k0 + w2.y * k1 + w2.z * k2 + w2.w * k3;
    let w3 = weights[w_at.w + c]; g3 += w3.x * k0 + w3.y * k1 + w3.z * k2 + w3.w * k3;
  }
  let to = (item * params.queries + row) * stride + column;
  let count = params.queries - row;
  dq[to] = g0 * params.scale;
  if (count > 1u) { dq[to + stride] = g1 * params.scale; }
  if (count > 2u) { dq[to + 2u * stride] = g2 * params.scale; }
  if (count > 3u) { dq[to + 3u * stride] = g3 * params.scale; }
}
