// attention_key_grad: dK = scale dS^T Q and dV = (keep P)^T dO for a slice of the batch.
//   q, d_out [B, Tq, H, Dk] f32 in    as vec4
//   weights  [2, S, H, Tq, 4 ceil(Tk / 4)] f32 in    see attention_score_grad.wgsl
//   dk, dv   [B, Tk, H, Dk] f32 out   rows of the slice
// One tile of 4 keys x 4 columns of both results a lane; sums run in order of the queries. Needs Dk % 4 = 0.
override LANES: u32 = 64;

struct Params { heads: u32, queries: u32, keys: u32, dk4: u32, scale: f32, first_item: u32, items: u32 }

@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> d_out: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dk: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dv: array<vec4<f32>>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn attention_key_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let t = (group.x + group.y * groups.x) * LANES + lane;
  let pitch = (params.keys + 3u) / 4u;
  let pair = t / (params.dk4 * pitch);
  if (pair >= params.items * params.heads) { return; }
  let tile = (t / params.dk4) % pitch;
  let item = params.first_item + pair / params.heads;
  let column = (pair % params.heads) * params.dk4 + t % params.dk4;
  let stride = params.heads * params.dk4;
  let half = params.items * params.heads * params.queries * pitch;
  var w_at = pair * params.queries * pitch + tile;
  var q_at = item * params.queries * stride + column;
  var k0 = vec4<f32>(0.0); var k1 = k0; var k2 = k0; var k3 = k0;
  var v0 = k0; var v1 = k0; var v2 = k0; var v3 = k0;
  for (var row = 0u; row < params.queries; row++) {
    let score_grad = weights[w_at];
    let weight = weights[half + w_at];
    let x = q[q_at];
    let g = d_out[q_at];
    k0 += score_grad.x * x; k1 += score_grad.y * x; k2 += score_grad.z * x; k3 += score_grad.w * x;
    v0 += weight.x * g; v1 += weight.y * g; v2 += weight.z * g; v3 += weight.w * g;
    w_at += pitch;
    q_at += stride;
  }
  let to = (item * params.keys + tile * 4u) * stride + column;
  let count = params.keys - tile * 4u;
  dk[to] = k0 * params.scale; dv[to] = v0;
  if (count > 1u) { dk[to + stride] = k1 * params.scale; dv[to + stride] = v1; }
  if (count > 2u) { dk[to + 2u * stride] = k2 * params.scale; dv[to + 2u * stride] = v2; }
  if (count > 3u) { dk[to + 3u * stride] = k3 * params.scale; dv[to + 3u * stride] = v3; }
}
