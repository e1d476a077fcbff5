// decode_scores: attention scores of one new position against the cached keys of four earlier steps at most.
//   q         [rows, heads * size] f32 in, as vec4
//   ancestors [rows, steps] u32 in          row of each step's keys that belongs to this row
//   bias      [heads, steps] f32 in         not read unless has_bias is 1
//   key0..key3 [.., heads * size] f32 in, as vec4   keys of steps first .. first + 3; spare ones are bound to anything
//   scores    [rows, heads, steps] f32 out  scale * q·key + bias for steps first .. first + (groups in z) - 1
// One (row, head) a lane, one step for each group in z, so that the choice of buffer is uniform. Size is a multiple of 4.
override LANES: u32 = 64;

struct Params { count: u32, heads: u32, quads: u32, steps: u32, first: u32, has_bias: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> ancestors: array<u32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> key0: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> key1: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> key2: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> key3: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn decode_scores(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * groups.x) * LANES + lane;
  if (i >= params.count) { return; }
  let row = i / params.heads;
  let head = i % params.heads;
  let step = params.first + group.z;
  let source = (row * params.heads + head) * params.quads;
  let key = (ancestors[row * params.steps + step] * params.heads + head) * params.quads;
  var total = vec4<f32>(0.0);
  switch group.z {
    case 0u: { for (var d = 0u; d < params.quads; d++) { total += q[source + d] * key0[key + d]; } }
    case 1u: { for (var d = 0u; d < params.quads; d++) { total += q[source + d] * key1[key + d]; } }
    case 2u: { for (var d = 0u; d < params.quads; d++) { total += q[source + d] * key2[key + d]; } }
    default: { for (var d = 0u; d < params.quads; d++) { total += q[source + d] * key3[key + d]; } }
  }
  var score = params.scale * ((total.x + total.y) + (total.z + total.w));
  if (params.has_bias == 1u) { score += bias[head * params.steps + step]; }
  scores[i * params.steps + step] = score;
}
