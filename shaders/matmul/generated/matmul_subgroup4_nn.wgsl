// matmul_subgroup4_nn: C = alpha A B with an epilogue, a spread over a subgroup of 4.
//   a   [batch, M, K] f32 in    rows a_lead elements apart, matrices a_batch apart
//   b   [batch, K, N] f32 in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
// A group is one subgroup of 4 lanes; a lane owns 16 rows x 8 columns. Each lane reads a at its own k and the
// others get it by broadcast: no workgroup memory, no barrier. Sums run in order of k.
// Needs subgroups of exactly 4; b_lead, c_lead and b_batch multiples of 4. Sizes beyond M and N are clamped when read and not stored.
// Written by scripts/matmulKernels.mjs; do not edit.
enable subgroups;

struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_lead: u32, b_batch: u32, b_lead: u32,
  c_lead: u32, epilogue: u32
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> aux: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

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

@compute @workgroup_size(4)
fn matmul_subgroup4_nn(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let z = group.z;
  let row = group.y * 16u;
  let columns = (params.n + 3u) / 4u;
  let a_first = z * params.a_batch;
  let b_first = z * (params.b_batch / 4u);
  let b_step = params.b_lead / 4u;
  let a0_at = a_first + min(row + 0u, params.m - 1u) * params.a_lead; let a1_at = a_first + min(row + 1u, params.m - 1u) * params.a_lead;
  let a2_at = a_first + min(row + 2u, params.m - 1u) * params.a_lead; let a3_at = a_first + min(row + 3u, params.m - 1u) * params.a_lead;
  let a4_at = a_first + min(row + 4u, params.m - 1u) * params.a_lead; let a5_at = a_first + min(row + 5u, params.m - 1u) * params.a_lead;
  let a6_at = a_first + min(row + 6u, params.m - 1u) * params.a_lead; let a7_at = a_first + min(row + 7u, params.m - 1u) * params.a_lead;
  let a8_at = a_first + min(row + 8u, params.m - 1u) * params.a_lead; let a9_at = a_first + min(row + 9u, params.m - 1u) * params.a_lead;
  let a10_at = a_first + min(row + 10u, params.m - 1u) * params.a_lead; let a11_at = a_first + min(row + 11u, params.m - 1u) * params.a_lead;
  let a12_at = a_first + min(row + 12u, params.m - 1u) * params.a_lead; let a13_at = a_first + min(row + 13u, params.m - 1u) * params.a_lead;
  let a14_at = a_first + min(row + 14u, params.m - 1u) * params.a_lead; let a15_at = a_first + min(row + 15u, params.m - 1u) * params.a_lead;
  let column0 = group.x * 8u + 0u + lane;
  let column1 = group.x * 8u + 4u + lane;
  let b0_at = b_first + min(column0, columns - 1u);
  let b1_at = b_first + min(column1, columns - 1u);
  var s0_0 = vec4<f32>(0.0); var s0_1 = vec4<f32>(0.0); var s1_0 = vec4<f32>(0.0); var s1_1 = vec4<f32>(0.0);
  var s2_0 = vec4<f32>(0.0); var s2_1 = vec4<f32>(0.0); var s3_0 = vec4<f32>(0.0); var s3_1 = vec4<f32>(0.0);
  var s4_0 = vec4<f32>(0.0); var s4_1 = vec4<f32>(0.0); var s5_0 = vec4<f32>(0.0); var s5_1 = vec4<f32>(0.0);
  var s6_0 = vec4<f32>(0.0); var s6_1 = vec4<f32>(0.0); var s7_0 = vec4<f32>(0.0); var s7_1 = vec4<f32>(0.0);
  var s8_0 = vec4<f32>(0.0); var s8_1 = vec4<f32>(0.0); var s9_0 = vec4<f32>(0.0); var s9_1 = vec4<f32>(0.0);
  var s10_0 = vec4<f32>(0.0); var s10_1 = vec4<f32>(0.0); var s11_0 = vec4<f32>(0.0); var s11_1 = vec4<f32>(0.0);
  var s12_0 = vec4<f32>(0.0); var s12_1 = vec4<f32>(0.0); var s13_0 = vec4<f32>(0.0); var s13_1 = vec4<f32>(0.0);
  var s14_0 = vec4<f32>(0.0); var s14_1 = vec4<f32>(0.0); var s15_0 = vec4<f32>(0.0); var s15_1 = vec4<f32>(0.0);
  var k = 0u;
  for (; k + 3u < params.k; k += 4u) {
    let a0 = a[a0_at + k + lane]; let a1 = a[a1_at + k + lane];
    let a2 = a[a2_at + k + lane]; let a3 = a[a3_at + k + lane];
    let a4 = a[a4_at + k + lane]; let a5 = a[a5_at + k + lane];
    let a6 = a[a6_at + k + lane]; let a7 = a[a7_at + k + lane];
    let a8 = a[a8_at + k + lane]; let a9 = a[a9_at + k + lane];
    let a10 = a[a10_at + k + lane]; let a11 = a[a11_at + k + lane];
    let a12 = a[a12_at + k + lane]; let a13 = a[a13_at + k + lane];
    let a14 = a[a14_at + k + lane]; let a15 = a[a15_at + k + lane];
    {
      let b0 = b[b0_at + (k + 0u) * b_step]; let b1 = b[b1_at + (k + 0u) * b_step];
      { let x = subgroupBroadcast(a0, 0u); s0_0 = fma(vec4<f32>(x), b0, s0_0); s0_1 = fma(vec4<f32>(x), b1, s0_1); }
      { let x = subgroupBroadcast(a1, 0u); s1_0 = fma(vec4<f32>(x), b0, s1_0); s1_1 = fma(vec4<f32>(x), b1, s1_1); }
      { let x = subgroupBroadcast(a2, 0u); s2_0 = fma(vec4<f32>(x), b0, s2_0); s2_1 = fma(vec4<f32>(x), b1, s2_1); }
      { let x = subgroupBroadcast(a3, 0u); s3_0 = fma(vec4<f32>(x), b0, s3_0); s3_1 = fma(vec4<f32>(x), b1, s3_1); }
      { let x = subgroupBroadcast(a4, 0u); s4_0 = fma(vec4<f32>(x), b0, s4_0); s4_1 = fma(vec4<f32>(x), b1, s4_1); }
      { let x = subgroupBroadcast(a5, 0u); s5_0 = fma(vec4<f32>(x), b0, s5_0); s5_1 = fma(vec4<f32>(x), b1, s5_1); }
      { let x = subgroupBroadcast(a6, 0u); s6_0 = fma(vec4<f32>(x), b0, s6_0); s6_1 = fma(vec4<f32>(x), b1, s6_1); }
      { let x = subgroupBroadcast(a7, 0u); s7_0 = fma(vec4<f32>(x), b0, s7_0); s7_1 = fma(vec4<f32>(x), b1, s7_1); }
      { let x = subgroupBroadcast(a8, 0u); s8_0 = fma(vec4<f32>(x), b0, s8_0); s8_1 = fma(vec4<f32>(x), b1, s8_1); }
      { let x = subgroupBroadcast(a9, 0u); s9_0 = fma(vec4<f32>(x), b0, s9_0); s9_1 = fma(vec4<f32>(x), b1, s9_1); }
      { let x = subgroupBroadcast(a10, 0u); s10_0 = fma(vec4<f32>(x), b0, s10_0); s10_1 = fma(vec4<f32>(x), b1, s10_1); }
      { let x = subgroupBroadcast(a11, 0u); s11_0 = fma(vec4<f32>(x), b0, s11_0); s11_1 = fma(vec4<f32>(x), b1, s11_1); }
      { let x = subgroupBroadcast(a12, 0u); s12_0 = fma(vec4<f32>(x), b0, s12_0); s12_1 = fma(vec4<f32>(x), b1, s12_1); }
      { let x = subgroupBroadcast(a13, 0u); s13_0 = fma(vec4<f32>(x), b0, s13_0); s13_1 = fma(vec4<f32>(x), b1, s13_1); }
      { let x = subgroupBroadcast(a14, 0u); s14_0 = fma(vec4<f32>(x), b0, s14_0); s14_1 = fma(vec4<f32>(x), b1, s14_1); }
      { let x = subgroupBroadcast(a15, 0u); s15_0 = fma(vec4<f32>(x), b0, s15_0); s15_1 = fma(vec4<f32>(x), b1, s15_1); }
    }
    {
      let b0 = b[b0_at + (k + 1u) * b_step]; let b1 = b[b1_at + (k + 1u) * b_step];
      { let x = subgroupBroadcast(a0, 1u); s0_0 = fma(vec4<f32>(x), b0, s0_0); s0_1 = fma(vec4<f32>(x), b1, s0_1); }
      { let x = subgroupBroadcast(a1, 1u); s1_0 = fma(vec4<f32>(x), b0, s1_0); s1_1 = fma(vec4<f32>(x), b1, s1_1); }
      { let x = subgroupBroadcast(a2, 1u); s2_0 = fma(vec4<f32>(x), b0, s2_0); s2_1 = fma(vec4<f32>(x), b1, s2_1); }
      { let x = subgroupBroadcast(a3, 1u); s3_0 = fma(vec4<f32>(x), b0, s3_0); s3_1 = fma(vec4<f32>(x), b1, s3_1); }
      { let x = subgroupBroadcast(a4, 1u); s4_0 = fma(vec4<f32>(x), b0, s4_0); s4_1 = fma(vec4<f32>(x), b1, s4_1); }
      { let x = subgroupBroadcast(a5, 1u); s5_0 = fma(vec4<f32>(x), b0, s5_0); s5_1 = fma(vec4<f32>(x), b1, s5_1); }
      { let x = subgroupBroadcast(a6, 1u); s6_0 = fma(vec4<f32>(x), b0, s6_0); s6_1 = fma(vec4<f32>(x), b1, s6_1); }
      { let x = subgroupBroadcast(a7, 1u); s7_0 = fma(vec4<f32>(x), b0, s7_0); s7_1 = fma(vec4<f32>(x), b1, s7_1); }
      { let x = subgroupBroadcast(a8, 1u); s8_0 = fma(vec4<f32>(x), b0, s8_0); s8_1 = fma(vec4<f32>(x), b1, s8_1); }
      { let x = subgroupBroadcast(a9, 1u); s9_0 = fma(vec4<f32>(x), b0, s9_0); s9_1 = fma(vec4<f32>(x), b1, s9_1); }
      { let x = subgroupBroadcast(a10, 1u); s10_0 = fma(vec4<f32>(x), b0, s10_0); s10_1 = fma(vec4<f32>(x), b1, s10_1); }
      { let x = subgroupBroadcast(a11, 1u); s11_0 = fma(vec4<f32>(x), b0, s11_0); s11_1 = fma(vec4<f32>(x), b1, s11_1); }
      { let x = subgroupBroadcast(a12, 1u); s12_0 = fma(vec4<f32>(x), b0, s12_0); s12_1 = fma(vec4<f32>(x), b1, s12_1); }
      { let x = subgroupBroadcast(a13, 1u); s13_0 = fma(vec4<f32>(x), b0, s13_0); s13_1 = fma(vec4<f32>(x), b1, s13_1); }
      { let x = subgroupBroadcast(a14, 1u); s14_0 = fma(vec4<f32>(x), b0, s14_0); s14_1 = fma(vec4<f32>(x), b1, s14_1); }
      { let x = subgroupBroadcast(a15, 1u); s15_0 = fma(vec4<f32>(x), b0, s15_0); s15_1 = fma(vec4<f32>(x), b1, s15_1); }
    }
    {
      let b0 = b[b0_at + (k + 2u) * b_step]; let b1 = b[b1_at + (k + 2u) * b_step];
      { let x = subgroupBroadcast(a0, 2u); s0_0 = fma(vec4<f32>(x), b0, s0_0); s0_1 = fma(vec4<f32>(x), b1, s0_1); }
      { let x = subgroupBroadcast(a1, 2u); s1_0 = fma(vec4<f32>(x), b0, s1_0); s1_1 = fma(vec4<f32>(x), b1, s1_1); }
      { let x = subgroupBroadcast(a2, 2u); s2_0 = fma(vec4<f32>(x), b0, s2_0); s2_1 = fma(vec4<f32>(x), b1, s2_1); }
      { let x = subgroupBroadcast(a3, 2u); s3_0 = fma(vec4<f32>(x), b0, s3_0); s3_1 = fma(vec4<f32>(x), b1, s3_1); }
      { let x = subgroupBroadcast(a4, 2u); s4_0 = fma(vec4<f32>(x), b0, s4_0); s4_1 = fma(vec4<f32>(x), b1, s4_1); }
      { let x = subgroupBroadcast(a5, 2u); s5_0 = fma(vec4<f32>(x), b0, s5_0); s5_1 = fma(vec4<f32>(x), b1, s5_1); }
      { let x = subgroupBroadcast(a6, 2u); s6_0 = fma(vec4<f32>(x), b0, s6_0); s6_1 = fma(vec4<f32>(x), b1, s6_1); }
      { let x = subgroupBroadcast(a7, 2u); s7_0 = fma(vec4<f32>(x), b0, s7_0); s7_1 = fma(vec4<f32>(x), b1, s7_1); }
      { let x = subgroupBroadcast(a8, 2u); s8_0 = fma(vec4<f32>(x), b0, s8_0); s8_1 = fma(vec4<f32>(x), b1, s8_1); }
      { let x = subgroupBroadcast(a9, 2u); s9_0 = fma(vec4<f32>(x), b0, s9_0); s9_1 = fma(vec4<f32>(x), b1, s9_1); }
      { let x = subgroupBroadcast(a10, 2u); s10_0 = fma(vec4<f32>(x), b0, s10_0); s10_1 = fma(vec4<f32>(x), b1, s10_1); }
      { let x = subgroupBroadcast(a11, 2u); s11_0 = fma(vec4<f32>(x), b0, s11_0); s11_1 = fma(vec4<f32>(x), b1, s11_1); }
      { let x = subgroupBroadcast(a12, 2u); s12_0 = fma(vec4<f32>(x), b0, s12_0); s12_1 = fma(vec4<f32>(x), b1, s12_1); }
      { let x = subgroupBroadcast(a13, 2u); s13_0 = fma(vec4<f32>(x), b0, s13_0); s13_1 = fma(vec4<f32>(x), b1, s13_1); }
      { let x = subgroupBroadcast(a14, 2u); s14_0 = fma(vec4<f32>(x), b0, s14_0); s14_1 = fma(vec4<f32>(x), b1, s14_1); }
      { let x = subgroupBroadcast(a15, 2u); s15_0 = fma(vec4<f32>(x), b0, s15_0); s15_1 = fma(vec4<f32>(x), b1, s15_1); }
    }
    {
      let b0 = b[b0_at + (k + 3u) * b_step]; let b1 = b[b1_at + (k + 3u) * b_step];
      { let x = subgroupBroadcast(a0, 3u); s0_0 = fma(vec4<f32>(x), b0, s0_0); s0_1 = fma(vec4<f32>(x), b1, s0_1); }
      { let x = subgroupBroadcast(a1, 3u); s1_0 = fma(vec4<f32>(x), b0, s1_0); s1_1 = fma(vec4<f32>(x), b1, s1_1); }
      { let x = subgroupBroadcast(a2, 3u); s2_0 = fma(vec4<f32>(x), b0, s2_0); s2_1 = fma(vec4<f32>(x), b1, s2_1); }
      { let x = subgroupBroadcast(a3, 3u); s3_0 = fma(vec4<f32>(x), b0, s3_0); s3_1 = fma(vec4<f32>(x), b1, s3_1); }
      { let x = subgroupBroadcast(a4, 3u); s4_0 = fma(vec4<f32>(x), b0, s4_0); s4_1 = fma(vec4<f32>(x), b1, s4_1); }
      { let x = subgroupBroadcast(a5, 3u); s5_0 = fma(vec4<f32>(x), b0, s5_0); s5_1 = fma(vec4<f32>(x), b1, s5_1); }
      { let x = subgroupBroadcast(a6, 3u); s6_0 = fma(vec4<f32>(x), b0, s6_0); s6_1 = fma(vec4<f32>(x), b1, s6_1); }
      { let x = subgroupBroadcast(a7, 3u); s7_0 = fma(vec4<f32>(x), b0, s7_0); s7_1 = fma(vec4<f32>(x), b1, s7_1); }
      { let x = subgroupBroadcast(a8, 3u); s8_0 = fma(vec4<f32>(x), b0, s8_0); s8_1 = fma(vec4<f32>(x), b1, s8_1); }
      { let x = subgroupBroadcast(a9, 3u); s9_0 = fma(vec4<f32>(x), b0, s9_0); s9_1 = fma(vec4<f32>(x), b1, s9_1); }
      { let x = subgroupBroadcast(a10, 3u); s10_0 = fma(vec4<f32>(x), b0, s10_0); s10_1 = fma(vec4<f32>(x), b1, s10_1); }
      { let x = subgroupBroadcast(a11, 3u); s11_0 = fma(vec4<f32>(x), b0, s11_0); s11_1 = fma(vec4<f32>(x), b1, s11_1); }
      { let x = subgroupBroadcast(a12, 3u); s12_0 = fma(vec4<f32>(x), b0, s12_0); s12_1 = fma(vec4<f32>(x), b1, s12_1); }
      { let x = subgroupBroadcast(a13, 3u); s13_0 = fma(vec4<f32>(x), b0, s13_0); s13_1 = fma(vec4<f32>(x), b1, s13_1); }
      { let x = subgroupBroadcast(a14, 3u); s14_0 = fma(vec4<f32>(x), b0, s14_0); s14_1 = fma(vec4<f32>(x), b1, s14_1); }
      { let x = subgroupBroadcast(a15, 3u); s15_0 = fma(vec4<f32>(x), b0, s15_0); s15_1 = fma(vec4<f32>(x), b1, s15_1); }
    }
  }
  for (; k < params.k; k++) {
    let b0 = b[b0_at + (k) * b_step]; let b1 = b[b1_at + (k) * b_step];
    { let x = a[a0_at + k]; s0_0 = fma(vec4<f32>(x), b0, s0_0); s0_1 = fma(vec4<f32>(x), b1, s0_1); }
    { let x = a[a1_at + k]; s1_0 = fma(vec4<f32>(x), b0, s1_0); s1_1 = fma(vec4<f32>(x), b1, s1_1); }
    { let x = a[a2_at + k]; s2_0 = fma(vec4<f32>(x), b0, s2_0); s2_1 = fma(vec4<f32>(x), b1, s2_1); }
    { let x = a[a3_at + k]; s3_0 = fma(vec4<f32>(x), b0, s3_0); s3_1 = fma(vec4<f32>(x), b1, s3_1); }
    { let x = a[a4_at + k]; s4_0 = fma(vec4<f32>(x), b0, s4_0); s4_1 = fma(vec4<f32>(x), b1, s4_1); }
    { let x = a[a5_at + k]; s5_0 = fma(vec4<f32>(x), b0, s5_0); s5_1 = fma(vec4<f32>(x), b1, s5_1); }
    { let x = a[a6_at + k]; s6_0 = fma(vec4<f32>(x), b0, s6_0); s6_1 = fma(vec4<f32>(x), b1, s6_1); }
    { let x = a[a7_at + k]; s7_0 = fma(vec4<f32>(x), b0, s7_0); s7_1 = fma(vec4<f32>(x), b1, s7_1); }
    { let x = a[a8_at + k]; s8_0 = fma(vec4<f32>(x), b0, s8_0); s8_1 = fma(vec4<f32>(x), b1, s8_1); }
    { let x = a[a9_at + k]; s9_0 = fma(vec4<f32>(x), b0, s9_0); s9_1 = fma(vec4<f32>(x), b1, s9_1); }
    { let x = a[a10_at + k]; s10_0 = fma(vec4<f32>(x), b0, s10_0); s10_1 = fma(vec4<f32>(x), b1, s10_1); }
    { let x = a[a11_at + k]; s11_0 = fma(vec4<f32>(x), b0, s11_0); s11_1 = fma(vec4<f32>(x), b1, s11_1); }
    { let x = a[a12_at + k]; s12_0 = fma(vec4<f32>(x), b0, s12_0); s12_1 = fma(vec4<f32>(x), b1, s12_1); }
    { let x = a[a13_at + k]; s13_0 = fma(vec4<f32>(x), b0, s13_0); s13_1 = fma(vec4<f32>(x), b1, s13_1); }
    { let x = a[a14_at + k]; s14_0 = fma(vec4<f32>(x), b0, s14_0); s14_1 = fma(vec4<f32>(x), b1, s14_1); }
    { let x = a[a15_at + k]; s15_0 = fma(vec4<f32>(x), b0, s15_0); s15_1 = fma(vec4<f32>(x), b1, s15_1); }
  }
  var t0 = array<vec4<f32>, 16>(s0_0, s1_0, s2_0, s3_0, s4_0, s5_0, s6_0, s7_0, s8_0, s9_0, s10_0, s11_0, s12_0, s13_0, s14_0, s15_0);
  var t1 = array<vec4<f32>, 16>(s0_1, s1_1, s2_1, s3_1, s4_1, s5_1, s6_1, s7_1, s8_1, s9_1, s10_1, s11_1, s12_1, s13_1, s14_1, s15_1);
  for (var i = 0u; i < 16u; i++) {
    store(z, row + i, column0, columns, t0[i]);
    store(z, row + i, column1, columns, t1[i]);
  }
}
