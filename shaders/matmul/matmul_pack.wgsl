// matmul_pack: copies an operand k-major with rows padded by zeros to a multiple of 4, so that vec4 kernels can read it.
//   x [batch, ..] f32 in        element (z, k, i) at z * x_batch + k * x_k + i * x_i
//   y [batch, K, QUADS] vec4 out  quads = ceil(size / 4)
// A group moves 32 x 32: enough work to pay for its launch on a software adapter, and whole cache lines on both sides
// whichever way x lies. A lane moves 4 i and 32 / LANES_K k; LANES_K 1 makes a group one vector of lanes, which suits
// software adapters. group.z is the batch. No arithmetic.
override LANES_K: u32 = 8;

struct Params { size: u32, k: u32, quads: u32, x_batch: u32, x_k: u32, x_i: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(8, LANES_K)
fn matmul_pack(@builtin(global_invocation_id) at: vec3<u32>) {
  let i = at.x * 4u;
  let first = at.z * params.x_batch + i * params.x_i;
  let inside = vec4<u32>(i, i + 1u, i + 2u, i + 3u) < vec4<u32>(params.size);
  if (at.x < params.quads) {
    for (var row = 0u; row < 32u / LANES_K; row++) {
      let k = at.y * (32u / LANES_K) + row;
      if (k < params.k) {
        let at_x = first + k * params.x_k;
        let quad = vec4<f32>(x[at_x], x[at_x + params.x_i], x[at_x + 2u * params.x_i], x[at_x + 3u * params.x_i]);
        y[(at.z * params.k + k) * params.quads + at.x] = select(vec4<f32>(0.0), quad, inside);
      }
    }
  }
}
