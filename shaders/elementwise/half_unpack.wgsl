// half_unpack: widens f16, two values a word, to f32. Exact.
//   x [ceil(count / 4), 2] u32 in   as half_pack writes it
//   y [count] f32, written as vec4, out   the padding of the last vector becomes 0
// Infinities and NaN are rebuilt from their bits: unpack2x16float leaves them open.
// RUN vectors a lane, LANES apart: software adapters pay for each lane's start.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec2<u32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<u32>>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn half_unpack(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, (params.count + 3u) / 4u);
  for (var i = first + lane; i < end; i += LANES) {
    let words = x[i];
    let halves = vec4<u32>(words.x & 0xffffu, words.x >> 16u, words.y & 0xffffu, words.y >> 16u);
    let special = ((halves & vec4<u32>(0x8000u)) << vec4<u32>(16u)) | vec4<u32>(0x7f800000u) | ((halves & vec4<u32>(0x3ffu)) << vec4<u32>(13u));
    let finite = bitcast<vec4<u32>>(vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y)));
    y[i] = select(finite, special, (halves & vec4<u32>(0x7c00u)) == vec4<u32>(0x7c00u));
  }
}
