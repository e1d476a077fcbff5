// matmul_tile_tn_half_b: C = alpha Aᵀ B with an epilogue, block tiles of 64 x 64 in workgroup memory.
//   a   [batch, K, M] f32 in    rows a_lead elements apart, matrices a_batch apart
//   b   [batch, K, N] f16, two a word, in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
// A group of 128 lanes holds 16 k of both operands, k-major (stride 17 to spread banks); a lane owns 8 rows x 4 columns.
// group.z = batch * splits + split: a split sums k_chunk of K and stores it as a matrix of its own (then alpha 1,
// epilogue 0, and matmul_finish adds them in order). Sums run in order of k.
// Needs a_lead, a_batch, b_lead, b_batch, c_lead multiples of 4. Sizes beyond M and N are clamped when read and not stored.
// Written by scripts/matmulKernels.mjs; do not edit.
struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_lead: u32, b_batch: u32, b_lead: u32,
  c_lead: u32, epilogue: u32, splits: u32, k_chunk: u32
}

@group(0) @binding(0) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> b: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read> aux: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

fn wide(words: vec2<u32>) -> vec4<f32> { return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y)); }

// The epilogue is chosen by a uniform without branches: one pipeline serves all six (0 none, 1 relu, 2 + aux,
// 3 where aux > 0, 4 + aux[n], 5 relu(+ aux[n])).
fn store(z: u32, row: u32, column: u32, columns: u32, total: vec4<f32>) {
  if (row < params.m && column < columns) {
    let zero = vec4<f32>(0.0);
    let mode = params.epilogue;
    let at = (z * params.m + row) * (params.c_lead / 4u) + column;
    let extra = aux[select(select(at, column, mode >= 4u), 0u, mode < 2u)];
    let value = total * params.alpha + select(zero, extra, mode == 2u || mode >= 4u);
    let kept = select(value, max(value, zero), mode == 1u || mode == 5u);
    c[at] = select(kept, select(zero, kept, extra > zero), mode == 3u);
  }
}

var<workgroup> a_tile: array<vec4<f32>, 272>;
var<workgroup> b_tile: array<vec4<f32>, 272>;

fn load_a(z: u32, i: u32, k: u32, k_last: u32) -> vec4<f32> {
  let at = z * (params.a_batch / 4u) + min(k, k_last - 1u) * (params.a_lead / 4u);
  let quad = a[at + min(i, params.a_lead - 1u) / 4u];
  return select(vec4<f32>(0.0), quad, k < k_last);
}

fn load_b(z: u32, i: u32, k: u32, k_last: u32) -> vec4<f32> {
  let at = z * (params.b_batch / 4u) + min(k, k_last - 1u) * (params.b_lead / 4u);
  let quad = wide(b[at + min(i, params.b_lead - 1u) / 4u]);
  return select(vec4<f32>(0.0), quad, k < k_last);
}

@compute @workgroup_size(128)
fn matmul_tile_tn_half_b(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let z = group.z;
  let z_in = z / params.splits;
  let a_first = group.y * 64u;
  let b_first = group.x * 64u;
  let row = a_first + (lane / 16u) * 8u;
  let column = b_first / 4u + lane % 16u;
  let columns = (params.n + 3u) / 4u;
  let k_first = (z % params.splits) * params.k_chunk;
  let k_last = min(params.k, k_first + params.k_chunk);
  var s0_0 = vec4<f32>(0.0);
  var s1_0 = vec4<f32>(0.0);
  var s2_0 = vec4<f32>(0.0);
  var s3_0 = vec4<f32>(0.0);
  var s4_0 = vec4<f32>(0.0);
  var s5_0 = vec4<f32>(0.0);
  var s6_0 = vec4<f32>(0.0);
  var s7_0 = vec4<f32>(0.0);
  for (var k = k_first; k < k_last; k += 16u) {
    for (var item = lane; item < 256u; item += 128u) {
      let a_k = item / 16u;
      let a_quad = item % 16u;
      a_tile[a_k * 17u + a_quad] = load_a(z_in, a_first + a_quad * 4u, k + a_k, k_last);
      let b_k = item / 16u;
      let b_quad = item % 16u;
      b_tile[b_k * 17u + b_quad] = load_b(z_in, b_first + b_quad * 4u, k + b_k, k_last);
    }
    workgroupBarrier();
    for (var q = 0u; q < 16u; q++) {
      let x0 = a_tile[q * 17u + (lane / 16u) * 2u];
      let x1 = a_tile[q * 17u + (lane / 16u) * 2u + 1u];
      let b0 = b_tile[q * 17u + lane % 16u];
      s0_0 = fma(vec4<f32>(x0.x), b0, s0_0);
      s1_0 = fma(vec4<f32>(x0.y), b0, s1_0);
      s2_0 = fma(vec4<f32>(x0.z), b0, s2_0);
      s3_0 = fma(vec4<f32>(x0.w), b0, s3_0);
      s4_0 = fma(vec4<f32>(x1.x), b0, s4_0);
      s5_0 = fma(vec4<f32>(x1.y), b0, s5_0);
      s6_0 = fma(vec4<f32>(x1.z), b0, s6_0);
      s7_0 = fma(vec4<f32>(x1.w), b0, s7_0);
    }
    workgroupBarrier();
  }
  store(z, row + 0u, column, columns, s0_0);
  store(z, row + 1u, column, columns, s1_0);
  store(z, row + 2u, column, columns, s2_0);
  store(z, row + 3u, column, columns, s3_0);
  store(z, row + 4u, column, columns, s4_0);
  store(z, row + 5u, column, columns, s5_0);
  store(z, row + 6u, column, columns, s6_0);
  store(z, row + 7u, column, columns, s7_0);
}
