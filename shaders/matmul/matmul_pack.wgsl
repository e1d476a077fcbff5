// matmul_pack: copies an operand k-major with rows padded by zeros to a multiple of 4, so that vec4 kernels can read it.
//   x [batch, ..] f32 in        element (z, k, i) at z * x_batch + k * x_k + i * x_i
//   y [batch, K, QUADS] vec4 out  quads = ceil(size / 4)
// A lane moves 4 k x 4 i, a group of 8 x 8 lanes 32 x 32: enough work to pay for launching a group on a software adapter,
// and whole cache lines on both sides whichever way x lies. group.z is the batch. No arithmetic.
struct Params { size: u32, k: u32, quads: u32, x_batch: u32, x_k: u32, x_i: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn matmul_pack(@builtin(global_invocation_id) at: vec3<u32>) {
  let i = at.x * 4u;
  let first = at.z * params.x_batch + i * params.x_i;
  let inside = vec4<u32>(i, i + 1u, i + 2u, i + 3u) < vec4<u32>(params.size);
  if (at.x < params.quads) {
    for (var row = 0u; row < 4u; row++) {
      let k = at.y * 4u + row;
      if (k < params.k) {
        let at_x = first + k * params.x_k;
        let quad = vec4<f32>(x[at_x], x[at_x + params.x_i], x[at_x + 2u * params.x_i], x[at_x + 3u * params.x_i]);
        y[(at.z * params.k + k) * params.quads + at.x] = select(vec4<f32>(0.0), quad, inside);
      }
    }
  }
}
