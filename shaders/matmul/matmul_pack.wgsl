// matmul_pack: copies an operand k-major with rows padded by zeros to `lead`, so that vec4 kernels can read it.
//   x [batch, ..] f32 in    element (z, k, i) at z * x_batch + k * x_k + i * x_i
//   y [batch, K, lead] f32 out
// A lane writes one element of y; group.x and .y tile (i, k) by 8 x 8, so neighbours in both directions share cache lines
// whichever way x lies; group.z is the batch. No arithmetic.
struct Params { size: u32, k: u32, lead: u32, x_batch: u32, x_k: u32, x_i: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn matmul_pack(@builtin(global_invocation_id) at: vec3<u32>) {
  if (at.x >= params.lead || at.y >= params.k) { return; }
  let value = x[at.z * params.x_batch + at.y * params.x_k + min(at.x, params.size - 1u) * params.x_i];
  y[(at.z * params.k + at.y) * params.lead + at.x] = select(0.0, value, at.x < params.size);
}
