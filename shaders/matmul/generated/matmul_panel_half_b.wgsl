// matmul_panel_half_b: C = alpha Aᵀ B with an epilogue, from registers only.
//   a   [batch, K, M] f32 in    rows a_lead elements apart, matrices a_batch apart
//   b   [batch, K, N] f16, two a word, in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
// A lane owns 16 rows x 8 columns; 8 lanes lie side by side, so all read the same a. One k an iteration keeps
// the body small: on software adapters the count of load instructions is the cost, and workgroup memory loses. Sums run
// in order of k.
// Needs a_lead, b_lead, c_lead, a_batch, b_batch multiples of 4. Sizes beyond M and N are clamped when read and not stored.
// Written by scripts/matmulKernels.mjs; do not edit.
struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_lead: u32, b_batch: u32, b_lead: u32,
  c_lead: u32, epilogue: u32
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

@compute @workgroup_size(8)
fn matmul_panel_half_b(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let z = group.z;
  let row = group.y * 16u;
  let columns = (params.n + 3u) / 4u;
  let a_step = params.a_lead / 4u;
  let b_step = params.b_lead / 4u;
  var a0_at = z * (params.a_batch / 4u) + min(row / 4u + 0u, a_step - 1u);
  var a1_at = z * (params.a_batch / 4u) + min(row / 4u + 1u, a_step - 1u);
  var a2_at = z * (params.a_batch / 4u) + min(row / 4u + 2u, a_step - 1u);
  var a3_at = z * (params.a_batch / 4u) + min(row / 4u + 3u, a_step - 1u);
  let column0 = group.x * 16u + 0u + lane;
  let column1 = group.x * 16u + 8u + lane;
  var b0_at = z * (params.b_batch / 4u) + min(column0, columns - 1u);
  var b1_at = z * (params.b_batch / 4u) + min(column1, columns - 1u);
  var s0_0 = vec4<f32>(0.0); var s0_1 = vec4<f32>(0.0);
  var s1_0 = vec4<f32>(0.0); var s1_1 = vec4<f32>(0.0);
  var s2_0 = vec4<f32>(0.0); var s2_1 = vec4<f32>(0.0);
  var s3_0 = vec4<f32>(0.0); var s3_1 = vec4<f32>(0.0);
  var s4_0 = vec4<f32>(0.0); var s4_1 = vec4<f32>(0.0);
  var s5_0 = vec4<f32>(0.0); var s5_1 = vec4<f32>(0.0);
  var s6_0 = vec4<f32>(0.0); var s6_1 = vec4<f32>(0.0);
  var s7_0 = vec4<f32>(0.0); var s7_1 = vec4<f32>(0.0);
  var s8_0 = vec4<f32>(0.0); var s8_1 = vec4<f32>(0.0);
  var s9_0 = vec4<f32>(0.0); var s9_1 = vec4<f32>(0.0);
  var s10_0 = vec4<f32>(0.0); var s10_1 = vec4<f32>(0.0);
  var s11_0 = vec4<f32>(0.0); var s11_1 = vec4<f32>(0.0);
  var s12_0 = vec4<f32>(0.0); var s12_1 = vec4<f32>(0.0);
  var s13_0 = vec4<f32>(0.0); var s13_1 = vec4<f32>(0.0);
  var s14_0 = vec4<f32>(0.0); var s14_1 = vec4<f32>(0.0);
  var s15_0 = vec4<f32>(0.0); var s15_1 = vec4<f32>(0.0);
  for (var k = 0u; k < params.k; k++) {
    let x0 = a[a0_at]; a0_at += a_step;
    let x1 = a[a1_at]; a1_at += a_step;
    let x2 = a[a2_at]; a2_at += a_step;
    let x3 = a[a3_at]; a3_at += a_step;
    let b0 = wide(b[b0_at]); b0_at += b_step;
    let b1 = wide(b[b1_at]); b1_at += b_step;
    s0_0 = fma(vec4<f32>(x0.x), b0, s0_0); s0_1 = fma(vec4<f32>(x0.x), b1, s0_1);
    s1_0 = fma(vec4<f32>(x0.y), b0, s1_0); s1_1 = fma(vec4<f32>(x0.y), b1, s1_1);
    s2_0 = fma(vec4<f32>(x0.z), b0, s2_0); s2_1 = fma(vec4<f32>(x0.z), b1, s2_1);
    s3_0 = fma(vec4<f32>(x0.w), b0, s3_0); s3_1 = fma(vec4<f32>(x0.w), b1, s3_1);
    s4_0 = fma(vec4<f32>(x1.x), b0, s4_0); s4_1 = fma(vec4<f32>(x1.x), b1, s4_1);
    s5_0 = fma(vec4<f32>(x1.y), b0, s5_0); s5_1 = fma(vec4<f32>(x1.y), b1, s5_1);
    s6_0 = fma(vec4<f32>(x1.z), b0, s6_0); s6_1 = fma(vec4<f32>(x1.z), b1, s6_1);
    s7_0 = fma(vec4<f32>(x1.w), b0, s7_0); s7_1 = fma(vec4<f32>(x1.w), b1, s7_1);
    s8_0 = fma(vec4<f32>(x2.x), b0, s8_0); s8_1 = fma(vec4<f32>(x2.x), b1, s8_1);
    s9_0 = fma(vec4<f32>(x2.y), b0, s9_0); s9_1 = fma(vec4<f32>(x2.y), b1, s9_1);
    s10_0 = fma(vec4<f32>(x2.z), b0, s10_0); s10_1 = fma(vec4<f32>(x2.z), b1, s10_1);
    s11_0 = fma(vec4<f32>(x2.w), b0, s11_0); s11_1 = fma(vec4<f32>(x2.w), b1, s11_1);
    s12_0 = fma(vec4<f32>(x3.x), b0, s12_0); s12_1 = fma(vec4<f32>(x3.x), b1, s12_1);
    s13_0 = fma(vec4<f32>(x3.y), b0, s13_0); s13_1 = fma(vec4<f32>(x3.y), b1, s13_1);
    s14_0 = fma(vec4<f32>(x3.z), b0, s14_0); s14_1 = fma(vec4<f32>(x3.z), b1, s14_1);
    s15_0 = fma(vec4<f32>(x3.w), b0, s15_0); s15_1 = fma(vec4<f32>(x3.w), b1, s15_1);
  }
  var t0 = array<vec4<f32>, 16>(s0_0, s1_0, s2_0, s3_0, s4_0, s5_0, s6_0, s7_0, s8_0, s9_0, s10_0, s11_0, s12_0, s13_0, s14_0, s15_0);
  var t1 = array<vec4<f32>, 16>(s0_1, s1_1, s2_1, s3_1, s4_1, s5_1, s6_1, s7_1, s8_1, s9_1, s10_1, s11_1, s12_1, s13_1, s14_1, s15_1);
  for (var i = 0u; i < 16u; i++) {
    store(z, row + i, column0, columns, t0[i]);
    store(z, row + i, column1, columns, t1[i]);
  }
}
