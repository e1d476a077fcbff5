// decode_mix: softmax over the cached steps and the mix of their values, five steps at most in a launch.
//   scores    [rows, heads, steps] f32 in
//   ancestors [rows, steps] u32 in
//   value0..value4 [.., heads * size] f32 in, as vec4   values of steps first .. first + 4; spare ones are bound to anything
//   y         [rows, heads * size] f32 out, as vec4     written when first is 0, added to otherwise
// One quad of the output a lane; the softmax over a handful of steps is recomputed by every lane, which costs less than
// sharing it. Sums run over ascending steps.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, heads: u32, quads: u32, steps: u32, first: u32, pieces: u32 }

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> ancestors: array<u32>;
@group(0) @binding(2) var<storage, read> value0: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> value1: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> value2: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> value3: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> value4: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn decode_mix(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let quad = i % params.quads;
  let head = (i / params.quads) % params.heads;
  let row = i / (params.quads * params.heads);
  let at = (row * params.heads + head) * params.steps;
  var top = scores[at];
  for (var s = 1u; s < params.steps; s++) { top = max(top, scores[at + s]); }
  var sum = 0.0;
  for (var s = 0u; s < params.steps; s++) { sum += exp(scores[at + s] - top); }
  var mix = vec4<f32>(0.0);
  if (params.first > 0u) { mix = y[i]; }
  for (var s = 0u; s < params.pieces; s++) {
    let step = params.first + s;
    let weight = exp(scores[at + step] - top) / sum;
    let source = (ancestors[row * params.steps + step] * params.heads + head) * params.quads + quad;
    switch s {
      case 0u: { mix += weight * value0[source]; }
      case 1u: { mix += weight * value1[source]; }
      case 2u: { mix += weight * value2[source]; }
      case 3u: { mix += weight * value3[source]; }
      default: { mix += weight * value4[source]; }
    }
  }
  y[i] = mix;
}
