// half_pack: rounds f32 to f16, two values a word.
//   x [count] f32, read as vec4, in
//   y [ceil(count / 4), 2] u32 out   element i in the low (even i) or high half of word i / 2; beyond count: 0
// The rounding is pack2x16float's (core WGSL, no feature needed): to one of the two neighbours, to the nearest on every
// adapter seen. That function leaves open what becomes of infinities, NaN and numbers beyond 65,504, so these are told by
// their bits: NaN stays NaN, what would round beyond 65,504 becomes infinity, and the step's finite check finds it.
// RUN vectors a lane, LANES apart: software adapters pay for each lane's start.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;

// 65,520: halfway from the largest f16 to the next power of two.
const FIRST_BEYOND: u32 = 0x477ff000u;
const INFINITY_F32: u32 = 0x7f800000u;

struct Params { count: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec2<u32>>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn half_pack(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, (params.count + 3u) / 4u);
  for (var i = first + lane; i < end; i += LANES) {
    let inside = vec4<u32>(4u * i) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(params.count);
    let bits = select(vec4<u32>(0u), bitcast<vec4<u32>>(x[i]), inside);
    let size = bits & vec4<u32>(0x7fffffffu);
    let is_beyond = size >= vec4<u32>(FIRST_BEYOND);
    let near = bitcast<vec4<f32>>(select(bits, vec4<u32>(0u), is_beyond));
    let beyond = ((bits >> vec4<u32>(16u)) & vec4<u32>(0x8000u)) | select(vec4<u32>(0x7c00u), vec4<u32>(0x7e00u), size > vec4<u32>(INFINITY_F32));
    let marks = select(vec4<u32>(0u), beyond, is_beyond);
    y[i] = vec2<u32>(pack2x16float(near.xy) | marks.x | (marks.y << 16u), pack2x16float(near.zw) | marks.z | (marks.w << 16u));
  }
}
