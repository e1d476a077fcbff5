// relu_mask_half: dx = dy where y > 0, else 0: relu_mask for an output that is stored as f16.
//   y  [ceil(count / 4), 2] u32 in     two values a word, as half_pack writes it
//   dy [count] f32, read as vec4, in
//   dx [count] f32, written as vec4, out
// A value is positive if its bits are those of 2^-24 … infinity: sign bit clear, not zero, not NaN.
// RUN vectors a lane, LANES apart: software adapters pay for each lane's start.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> y: array<vec2<u32>>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn relu_mask_half(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, (params.count + 3u) / 4u);
  for (var i = first + lane; i < end; i += LANES) {
    let words = y[i];
    let halves = vec4<u32>(words.x & 0xffffu, words.x >> 16u, words.y & 0xffffu, words.y >> 16u);
    dx[i] = select(vec4<f32>(0.0), dy[i], (halves - vec4<u32>(1u)) < vec4<u32>(0x7c00u));
  }
}
