// matmul_subgroup4_tn: C = alpha Aᵀ B with an epilogue, a spread over a subgroup of 4.
//   a   [batch, K, M] f32 in    rows a_lead elements apart, matrices a_batch apart
//   b   [batch, K, N] f32 in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
// A group is one subgroup of 4 lanes; a lane owns 8 rows x 8 columns. Each lane reads a at its own k and the others get it by
// broadcast: no workgroup memory, no barrier. Sums run in order of k.
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

// The epilogue is chosen by a uniform without branches: one pipeline serves all six (0 none, 1 relu, 2 + aux, 3 where aux > 0,
// 4 + aux[n], 5 relu(+ aux[n])).
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
fn matmul_subgroup4_tn(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let z = group.z;
  let row = group.y * 8u;
  let columns = (params.n + 3u) / 4u;
  let a_first = z * params.a_batch;
  let b_first = z * (params.b_batch / 4u);
  let b_step = params.b_lead / 4u;
  let a0_at = a_first + min(row + 0u, params.m - 1u);
  let a1_at = a_first + min(row + 1u, params.m - 1u);
  let a2_at = a_first + min(row + 2u, params.m - 1u);
  let a3_at = a_first + min(row + 3u, params.m - 1u);
  let a4_at = a_first + min(row + 4u, params.m - 1u);
  let a5_at = a_first + min(row + 5u, params.m - 1u);
  let a6_at = a_first + min(row + 6u, params.m - 1u);
  let a7_at = a_first + min(row + 7u, params.m - 1u);
  let column0 = group.x * 8u + 0u + lane;
  let column1 = group.x * 8u + 4u + lane;
  let b0_at = b_first + min(column0, columns - 1u);
  let b1_at = b_first + min(column1, columns - 1u);
  var s00 = vec4<f32>(0.0); var s01 = vec4<f32>(0.0);
  var s10 = vec4<f32>(0.0); var s11 = vec4<f32>(0.0);
  var s20 = vec4<f32>(0.0); var s21 = vec4<f32>(0.0);
  var s30 = vec4<f32>(0.0); var s31 = vec4<f32>(0.0);
  var s40 = vec4<f32>(0.0); var s41 = vec4<f32>(0.0);
  var s50 = vec4<f32>(0.0); var s51 = vec4<f32>(0.0);
  var s60 = vec4<f32>(0.0); var s61 = vec4<f32>(0.0);
  var s70 = vec4<f32>(0.0); var s71 = vec4<f32>(0.0);
  var k = 0u;
  for (; k + 3u < params.k; k += 4u) {
    let a0 = a[a0_at + (k + lane) * params.a_lead];
    let a1 = a[a1_at + (k + lane) * params.a_lead];
    let a2 = a[a2_at + (k + lane) * params.a_lead];
    let a3 = a[a3_at + (k + lane) * params.a_lead];
    let a4 = a[a4_at + (k + lane) * params.a_lead];
    let a5 = a[a5_at + (k + lane) * params.a_lead];
    let a6 = a[a6_at + (k + lane) * params.a_lead];
    let a7 = a[a7_at + (k + lane) * params.a_lead];
    {
      let b0 = b[b0_at + (k + 0u) * b_step]; let b1 = b[b1_at + (k + 0u) * b_step];
    { let x = subgroupBroadcast(a0, 0u); s00 = fma(vec4<f32>(x), b0, s00); s01 = fma(vec4<f32>(x), b1, s01); }
    { let x = subgroupBroadcast(a1, 0u); s10 = fma(vec4<f32>(x), b0, s10); s11 = fma(vec4<f32>(x), b1, s11); }
    { let x = subgroupBroadcast(a2, 0u); s20 = fma(vec4<f32>(x), b0, s20); s21 = fma(vec4<f32>(x), b1, s21); }
    { let x = subgroupBroadcast(a3, 0u); s30 = fma(vec4<f32>(x), b0, s30); s31 = fma(vec4<f32>(x), b1, s31); }
    { let x = subgroupBroadcast(a4, 0u); s40 = fma(vec4<f32>(x), b0, s40); s41 = fma(vec4<f32>(x), b1, s41); }
    { let x = subgroupBroadcast(a5, 0u); s50 = fma(vec4<f32>(x), b0, s50); s51 = fma(vec4<f32>(x), b1, s51); }
    { let x = subgroupBroadcast(a6, 0u); s60 = fma(vec4<f32>(x), b0, s60); s61 = fma(vec4<f32>(x), b1, s61); }
    { let x = subgroupBroadcast(a7, 0u); s70 = fma(vec4<f32>(x), b0, s70); s71 = fma(vec4<f32>(x), b1, s71); }
    }
    {
      let b0 = b[b0_at + (k + 1u) * b_step]; let b1 = b[b1_at + (k + 1u) * b_step];
    { let x = subgroupBroadcast(a0, 1u); s00 = fma(vec4<f32>(x), b0, s00); s01 = fma(vec4<f32>(x), b1, s01); }
    { let x = subgroupBroadcast(a1, 1u); s10 = fma(vec4<f32>(x), b0, s10); s11 = fma(vec4<f32>(x), b1, s11); }
    { let x = subgroupBroadcast(a2, 1u); s20 = fma(vec4<f32>(x), b0, s20); s21 = fma(vec4<f32>(x), b1, s21); }
    { let x = subgroupBroadcast(a3, 1u); s30 = fma(vec4<f32>(x), b0, s30); s31 = fma(vec4<f32>(x), b1, s31); }
    { let x = subgroupBroadcast(a4, 1u); s40 = fma(vec4<f32>(x), b0, s40); s41 = fma(vec4<f32>(x), b1, s41); }
    { let x = subgroupBroadcast(a5, 1u); s50 = fma(vec4<f32>(x), b0, s50); s51 = fma(vec4<f32>(x), b1, s51); }
    { let x = subgroupBroadcast(a6, 1u); s60 = fma(vec4<f32>(x), b0, s60); s61 = fma(vec4<f32>(x), b1, s61); }
    { let x = subgroupBroadcast(a7, 1u); s70 = fma(vec4<f32>(x), b0, s70); s71 = fma(vec4<f32>(x), b1, s71); }
    }
    {
      let b0 = b[b0_at + (k + 2u) * b_step]; let b1 = b[b1_at + (k + 2u) * b_step];
    { let x = subgroupBroadcast(a0, 2u); s00 = fma(vec4<f32>(x), b0, s00); s01 = fma(vec4<f32>(x), b1, s01); }
    { let x = subgroupBroadcast(a1, 2u); s10 = fma(vec4<f32>(x), b0, s10); s11 = fma(vec4<f32>(x), b1, s11); }
    { let x = subgroupBroadcast(a2, 2u); s20 = fma(vec4<f32>(x), b0, s20); s21 = fma(vec4<f32>(x), b1, s21); }
    { let x = subgroupBroadcast(a3, 2u); s30 = fma(vec4<f32>(x), b0, s30); s31 = fma(vec4<f32>(x), b1, s31); }
    { let x = subgroupBroadcast(a4, 2u); s40 = fma(vec4<f32>(x), b0, s40); s41 = fma(vec4<f32>(x), b1, s41); }
    { let x = subgroupBroadcast(a5, 2u); s50 = fma(vec4<f32>(x), b0, s50); s51 = fma(vec4<f32>(x), b1, s51); }
    { let x = subgroupBroadcast(a6, 2u); s60 = fma(vec4<f32>(x), b0, s60); s61 = fma(vec4<f32>(x), b1, s61); }
    { let x = subgroupBroadcast(a7, 2u); s70 = fma(vec4<f32>(x), b0, s70); s71 = fma(vec4<f32>(x), b1, s71); }
    }
    {
      let b0 = b[b0_at + (k + 3u) * b_step]; let b1 = b[b1_at + (k + 3u) * b_step];
    { let x = subgroupBroadcast(a0, 3u); s00 = fma(vec4<f32>(x), b0, s00); s01 = fma(vec4<f32>(x), b1, s01); }
    { let x = subgroupBroadcast(a1, 3u); s10 = fma(vec4<f32>(x), b0, s10); s11 = fma(vec4<f32>(x), b1, s11); }
    { let x = subgroupBroadcast(a2, 3u); s20 = fma(vec4<f32>(x), b0, s20); s21 = fma(vec4<f32>(x), b1, s21); }
    { let x = subgroupBroadcast(a3, 3u); s30 = fma(vec4<f32>(x), b0, s30); s31 = fma(vec4<f32>(x), b1, s31); }
    { let x = subgroupBroadcast(a4, 3u); s40 = fma(vec4<f32>(x), b0, s40); s41 = fma(vec4<f32>(x), b1, s41); }
    { let x = subgroupBroadcast(a5, 3u); s50 = fma(vec4<f32>(x), b0, s50); s51 = fma(vec4<f32>(x), b1, s51); }
    { let x = subgroupBroadcast(a6, 3u); s60 = fma(vec4<f32>(x), b0, s60); s61 = fma(vec4<f32>(x), b1, s61); }
    { let x = subgroupBroadcast(a7, 3u); s70 = fma(vec4<f32>(x), b0, s70); s71 = fma(vec4<f32>(x), b1, s71); }
    }
  }
  for (; k < params.k; k += 1u) {
    let b0 = b[b0_at + (k) * b_step];
    let b1 = b[b1_at + (k) * b_step];
    { let x = a[a0_at + (k) * params.a_lead]; s00 = fma(vec4<f32>(x), b0, s00); s01 = fma(vec4<f32>(x), b1, s01); }
    { let x = a[a1_at + (k) * params.a_lead]; s10 = fma(vec4<f32>(x), b0, s10); s11 = fma(vec4<f32>(x), b1, s11); }
    { let x = a[a2_at + (k) * params.a_lead]; s20 = fma(vec4<f32>(x), b0, s20); s21 = fma(vec4<f32>(x), b1, s21); }
    { let x = a[a3_at + (k) * params.a_lead]; s30 = fma(vec4<f32>(x), b0, s30); s31 = fma(vec4<f32>(x), b1, s31); }
    { let x = a[a4_at + (k) * params.a_lead]; s40 = fma(vec4<f32>(x), b0, s40); s41 = fma(vec4<f32>(x), b1, s41); }
    { let x = a[a5_at + (k) * params.a_lead]; s50 = fma(vec4<f32>(x), b0, s50); s51 = fma(vec4<f32>(x), b1, s51); }
    { let x = a[a6_at + (k) * params.a_lead]; s60 = fma(vec4<f32>(x), b0, s60); s61 = fma(vec4<f32>(x), b1, s61); }
    { let x = a[a7_at + (k) * params.a_lead]; s70 = fma(vec4<f32>(x), b0, s70); s71 = fma(vec4<f32>(x), b1, s71); }
  }
  store(z, row + 0u, column0, columns, s00); store(z, row + 0u, column1, columns, s01);
  store(z, row + 1u, column0, columns, s10); store(z, row + 1u, column1, columns, s11);
  store(z, row + 2u, column0, columns, s20); store(z, row + 2u, column1, columns, s21);
  store(z, row + 3u, column0, columns, s30); store(z, row + 3u, column1, columns, s31);
  store(z, row + 4u, column0, columns, s40); store(z, row + 4u, column1, columns, s41);
  store(z, row + 5u, column0, columns, s50); store(z, row + 5u, column1, columns, s51);
  store(z, row + 6u, column0, columns, s60); store(z, row + 6u, column1, columns, s61);
  store(z, row + 7u, column0, columns, s70); store(z, row + 7u, column1, columns, s71);
}
