// matmul_subgroup4_nt: C = alpha A Bᵀ with an epilogue, a spread over a subgroup of 4.
//   a   [batch, M, K] f32 in    rows a_lead elements apart, matrices a_batch apart
//   b   [batch, N, K] f32 in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
// A group is one subgroup of 4 lanes; a lane owns 8 rows x 8 columns. Each lane reads a at its own k and the others get it by
// broadcast: no workgroup memory, no barrier. Sums run in order of k.
// Needs subgroups of exactly 4; K, b_lead and b_batch multiples of 4. Sizes beyond M and N are clamped when read and not stored.
// Written by scripts/matmulKernels.mjs; do not edit.
enable subgroups;

struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_lead: u32, b_batch: u32, b_lead: u32,
  c_lead: u32, epilogue: u32
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> aux: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// The epilogue is chosen by a uniform without branches: one pipeline serves all six (0 none, 1 relu, 2 + aux, 3 where aux > 0,
// 4 + aux[n], 5 relu(+ aux[n])).
fn store(z: u32, row: u32, column: u32, columns: u32, total: f32) {
  if (row < params.m && column < columns) {
    let zero = 0.0;
    let mode = params.epilogue;
    let at = (z * params.m + row) * params.c_lead + column;
    let extra = aux[select(select(at, column, mode >= 4u), 0u, mode < 2u)];
    let value = total * params.alpha + select(zero, extra, mode == 2u || mode >= 4u);
    let kept = select(value, max(value, zero), mode == 1u || mode == 5u);
    c[at] = select(kept, select(zero, kept, extra > zero), mode == 3u);
  }
}

@compute @workgroup_size(4)
fn matmul_subgroup4_nt(@builtin(workgroup_id) group: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let z = group.z;
  let row = group.y * 8u;
  let columns = params.n;
  let a_first = z * params.a_batch;
  let b_first = z * (params.b_batch / 4u);
  let b_step = params.b_lead / 4u;
  let a0_at = a_first + min(row + 0u, params.m - 1u) * params.a_lead;
  let a1_at = a_first + min(row + 1u, params.m - 1u) * params.a_lead;
  let a2_at = a_first + min(row + 2u, params.m - 1u) * params.a_lead;
  let a3_at = a_first + min(row + 3u, params.m - 1u) * params.a_lead;
  let a4_at = a_first + min(row + 4u, params.m - 1u) * params.a_lead;
  let a5_at = a_first + min(row + 5u, params.m - 1u) * params.a_lead;
  let a6_at = a_first + min(row + 6u, params.m - 1u) * params.a_lead;
  let a7_at = a_first + min(row + 7u, params.m - 1u) * params.a_lead;
  let column0 = group.x * 32u + 0u + lane;
  let column1 = group.x * 32u + 4u + lane;
  let column2 = group.x * 32u + 8u + lane;
  let column3 = group.x * 32u + 12u + lane;
  let column4 = group.x * 32u + 16u + lane;
  let column5 = group.x * 32u + 20u + lane;
  let column6 = group.x * 32u + 24u + lane;
  let column7 = group.x * 32u + 28u + lane;
  let b0_at = b_first + min(column0, columns - 1u) * b_step;
  let b1_at = b_first + min(column1, columns - 1u) * b_step;
  let b2_at = b_first + min(column2, columns - 1u) * b_step;
  let b3_at = b_first + min(column3, columns - 1u) * b_step;
  let b4_at = b_first + min(column4, columns - 1u) * b_step;
  let b5_at = b_first + min(column5, columns - 1u) * b_step;
  let b6_at = b_first + min(column6, columns - 1u) * b_step;
  let b7_at = b_first + min(column7, columns - 1u) * b_step;
  var s00 = f32(0.0); var s01 = f32(0.0); var s02 = f32(0.0); var s03 = f32(0.0); var s04 = f32(0.0); var s05 = f32(0.0); var s06 = f32(0.0); var s07 = f32(0.0);
  var s10 = f32(0.0); var s11 = f32(0.0); var s12 = f32(0.0); var s13 = f32(0.0); var s14 = f32(0.0); var s15 = f32(0.0); var s16 = f32(0.0); var s17 = f32(0.0);
  var s20 = f32(0.0); var s21 = f32(0.0); var s22 = f32(0.0); var s23 = f32(0.0); var s24 = f32(0.0); var s25 = f32(0.0); var s26 = f32(0.0); var s27 = f32(0.0);
  var s30 = f32(0.0); var s31 = f32(0.0); var s32 = f32(0.0); var s33 = f32(0.0); var s34 = f32(0.0); var s35 = f32(0.0); var s36 = f32(0.0); var s37 = f32(0.0);
  var s40 = f32(0.0); var s41 = f32(0.0); var s42 = f32(0.0); var s43 = f32(0.0); var s44 = f32(0.0); var s45 = f32(0.0); var s46 = f32(0.0); var s47 = f32(0.0);
  var s50 = f32(0.0); var s51 = f32(0.0); var s52 = f32(0.0); var s53 = f32(0.0); var s54 = f32(0.0); var s55 = f32(0.0); var s56 = f32(0.0); var s57 = f32(0.0);
  var s60 = f32(0.0); var s61 = f32(0.0); var s62 = f32(0.0); var s63 = f32(0.0); var s64 = f32(0.0); var s65 = f32(0.0); var s66 = f32(0.0); var s67 = f32(0.0);
  var s70 = f32(0.0); var s71 = f32(0.0); var s72 = f32(0.0); var s73 = f32(0.0); var s74 = f32(0.0); var s75 = f32(0.0); var s76 = f32(0.0); var s77 = f32(0.0);
  var k = 0u;
  for (; k + 3u < params.k; k += 4u) {
    let a0 = a[a0_at + k + lane];
    let a1 = a[a1_at + k + lane];
    let a2 = a[a2_at + k + lane];
    let a3 = a[a3_at + k + lane];
    let a4 = a[a4_at + k + lane];
    let a5 = a[a5_at + k + lane];
    let a6 = a[a6_at + k + lane];
    let a7 = a[a7_at + k + lane];
    {
      let b0 = b[b0_at + k / 4u + 0u];
  let b1 = b[b1_at + k / 4u + 0u];
  let b2 = b[b2_at + k / 4u + 0u];
  let b3 = b[b3_at + k / 4u + 0u];
  let b4 = b[b4_at + k / 4u + 0u];
  let b5 = b[b5_at + k / 4u + 0u];
  let b6 = b[b6_at + k / 4u + 0u];
  let b7 = b[b7_at + k / 4u + 0u];
    { let x = subgroupBroadcast(a0, 0u); s00 = fma(x, b0.x, s00); s01 = fma(x, b1.x, s01); s02 = fma(x, b2.x, s02); s03 = fma(x, b3.x, s03); s04 = fma(x, b4.x, s04); s05 = fma(x, b5.x, s05); s06 = fma(x, b6.x, s06); s07 = fma(x, b7.x, s07); }
    { let x = subgroupBroadcast(a1, 0u); s10 = fma(x, b0.x, s10); s11 = fma(x, b1.x, s11); s12 = fma(x, b2.x, s12); s13 = fma(x, b3.x, s13); s14 = fma(x, b4.x, s14); s15 = fma(x, b5.x, s15); s16 = fma(x, b6.x, s16); s17 = fma(x, b7.x, s17); }
    { let x = subgroupBroadcast(a2, 0u); s20 = fma(x, b0.x, s20); s21 = fma(x, b1.x, s21); s22 = fma(x, b2.x, s22); s23 = fma(x, b3.x, s23); s24 = fma(x, b4.x, s24); s25 = fma(x, b5.x, s25); s26 = fma(x, b6.x, s26); s27 = fma(x, b7.x, s27); }
    { let x = subgroupBroadcast(a3, 0u); s30 = fma(x, b0.x, s30); s31 = fma(x, b1.x, s31); s32 = fma(x, b2.x, s32); s33 = fma(x, b3.x, s33); s34 = fma(x, b4.x, s34); s35 = fma(x, b5.x, s35); s36 = fma(x, b6.x, s36); s37 = fma(x, b7.x, s37); }
    { let x = subgroupBroadcast(a4, 0u); s40 = fma(x, b0.x, s40); s41 = fma(x, b1.x, s41); s42 = fma(x, b2.x, s42); s43 = fma(x, b3.x, s43); s44 = fma(x, b4.x, s44); s45 = fma(x, b5.x, s45); s46 = fma(x, b6.x, s46); s47 = fma(x, b7.x, s47); }
    { let x = subgroupBroadcast(a5, 0u); s50 = fma(x, b0.x, s50); s51 = fma(x, b1.x, s51); s52 = fma(x, b2.x, s52); s53 = fma(x, b3.x, s53); s54 = fma(x, b4.x, s54); s55 = fma(x, b5.x, s55); s56 = fma(x, b6.x, s56); s57 = fma(x, b7.x, s57); }
    { let x = subgroupBroadcast(a6, 0u); s60 = fma(x, b0.x, s60); s61 = fma(x, b1.x, s61); s62 = fma(x, b2.x, s62); s63 = fma(x, b3.x, s63); s64 = fma(x, b4.x, s64); s65 = fma(x, b5.x, s65); s66 = fma(x, b6.x, s66); s67 = fma(x, b7.x, s67); }
    { let x = subgroupBroadcast(a7, 0u); s70 = fma(x, b0.x, s70); s71 = fma(x, b1.x, s71); s72 = fma(x, b2.x, s72); s73 = fma(x, b3.x, s73); s74 = fma(x, b4.x, s74); s75 = fma(x, b5.x, s75); s76 = fma(x, b6.x, s76); s77 = fma(x, b7.x, s77); }
    { let x = subgroupBroadcast(a0, 1u); s00 = fma(x, b0.y, s00); s01 = fma(x, b1.y, s01); s02 = fma(x, b2.y, s02); s03 = fma(x, b3.y, s03); s04 = fma(x, b4.y, s04); s05 = fma(x, b5.y, s05); s06 = fma(x, b6.y, s06); s07 = fma(x, b7.y, s07); }
    { let x = subgroupBroadcast(a1, 1u); s10 = fma(x, b0.y, s10); s11 = fma(x, b1.y, s11); s12 = fma(x, b2.y, s12); s13 = fma(x, b3.y, s13); s14 = fma(x, b4.y, s14); s15 = fma(x, b5.y, s15); s16 = fma(x, b6.y, s16); s17 = fma(x, b7.y, s17); }
    { let x = subgroupBroadcast(a2, 1u); s20 = fma(x, b0.y, s20); s21 = fma(x, b1.y, s21); s22 = fma(x, b2.y, s22); s23 = fma(x, b3.y, s23); s24 = fma(x, b4.y, s24); s25 = fma(x, b5.y, s25); s26 = fma(x, b6.y, s26); s27 = fma(x, b7.y, s27); }
    { let x = subgroupBroadcast(a3, 1u); s30 = fma(x, b0.y, s30); s31 = fma(x, b1.y, s31); s32 = fma(x, b2.y, s32); s33 = fma(x, b3.y, s33); s34 = fma(x, b4.y, s34); s35 = fma(x, b5.y, s35); s36 = fma(x, b6.y, s36); s37 = fma(x, b7.y, s37); }
    { let x = subgroupBroadcast(a4, 1u); s40 = fma(x, b0.y, s40); s41 = fma(x, b1.y, s41); s42 = fma(x, b2.y, s42); s43 = fma(x, b3.y, s43); s44 = fma(x, b4.y, s44); s45 = fma(x, b5.y, s45); s46 = fma(x, b6.y, s46); s47 = fma(x, b7.y, s47); }
    { let x = subgroupBroadcast(a5, 1u); s50 = fma(x, b0.y, s50); s51 = fma(x, b1.y, s51); s52 = fma(x, b2.y, s52); s53 = fma(x, b3.y, s53); s54 = fma(x, b4.y, s54); s55 = fma(x, b5.y, s55); s56 = fma(x, b6.y, s56); s57 = fma(x, b7.y, s57); }
    { let x = subgroupBroadcast(a6, 1u); s60 = fma(x, b0.y, s60); s61 = fma(x, b1.y, s61); s62 = fma(x, b2.y, s62); s63 = fma(x, b3.y, s63); s64 = fma(x, b4.y, s64); s65 = fma(x, b5.y, s65); s66 = fma(x, b6.y, s66); s67 = fma(x, b7.y, s67); }
    { let x = subgroupBroadcast(a7, 1u); s70 = fma(x, b0.y, s70); s71 = fma(x, b1.y, s71); s72 = fma(x, b2.y, s72); s73 = fma(x, b3.y, s73); s74 = fma(x, b4.y, s74); s75 = fma(x, b5.y, s75); s76 = fma(x, b6.y, s76); s77 = fma(x, b7.y, s77); }
    { let x = subgroupBroadcast(a0, 2u); s00 = fma(x, b0.z, s00); s01 = fma(x, b1.z, s01); s02 = fma(x, b2.z, s02); s03 = fma(x, b3.z, s03); s04 = fma(x, b4.z, s04); s05 = fma(x, b5.z, s05); s06 = fma(x, b6.z, s06); s07 = fma(x, b7.z, s07); }
    { let x = subgroupBroadcast(a1, 2u); s10 = fma(x, b0.z, s10); s11 = fma(x, b1.z, s11); s12 = fma(x, b2.z, s12); s13 = fma(x, b3.z, s13); s14 = fma(x, b4.z, s14); s15 = fma(x, b5.z, s15); s16 = fma(x, b6.z, s16); s17 = fma(x, b7.z, s17); }
    { let x = subgroupBroadcast(a2, 2u); s20 = fma(x, b0.z, s20); s21 = fma(x, b1.z, s21); s22 = fma(x, b2.z, s22); s23 = fma(x, b3.z, s23); s24 = fma(x, b4.z, s24); s25 = fma(x, b5.z, s25); s26 = fma(x, b6.z, s26); s27 = fma(x, b7.z, s27); }
    { let x = subgroupBroadcast(a3, 2u); s30 = fma(x, b0.z, s30); s31 = fma(x, b1.z, s31); s32 = fma(x, b2.z, s32); s33 = fma(x, b3.z, s33); s34 = fma(x, b4.z, s34); s35 = fma(x, b5.z, s35); s36 = fma(x, b6.z, s36); s37 = fma(x, b7.z, s37); }
    { let x = subgroupBroadcast(a4, 2u); s40 = fma(x, b0.z, s40); s41 = fma(x, b1.z, s41); s42 = fma(x, b2.z, s42); s43 = fma(x, b3.z, s43); s44 = fma(x, b4.z, s44); s45 = fma(x, b5.z, s45); s46 = fma(x, b6.z, s46); s47 = fma(x, b7.z, s47); }
    { let x = subgroupBroadcast(a5, 2u); s50 = fma(x, b0.z, s50); s51 = fma(x, b1.z, s51); s52 = fma(x, b2.z, s52); s53 = fma(x, b3.z, s53); s54 = fma(x, b4.z, s54); s55 = fma(x, b5.z, s55); s56 = fma(x, b6.z, s56); s57 = fma(x, b7.z, s57); }
    { let x = subgroupBroadcast(a6, 2u); s60 = fma(x, b0.z, s60); s61 = fma(x, b1.z, s61); s62 = fma(x, b2.z, s62); s63 = fma(x, b3.z, s63); s64 = fma(x, b4.z, s64); s65 = fma(x, b5.z, s65); s66 = fma(x, b6.z, s66); s67 = fma(x, b7.z, s67); }
    { let x = subgroupBroadcast(a7, 2u); s70 = fma(x, b0.z, s70); s71 = fma(x, b1.z, s71); s72 = fma(x, b2.z, s72); s73 = fma(x, b3.z, s73); s74 = fma(x, b4.z, s74); s75 = fma(x, b5.z, s75); s76 = fma(x, b6.z, s76); s77 = fma(x, b7.z, s77); }
    { let x = subgroupBroadcast(a0, 3u); s00 = fma(x, b0.w, s00); s01 = fma(x, b1.w, s01); s02 = fma(x, b2.w, s02); s03 = fma(x, b3.w, s03); s04 = fma(x, b4.w, s04); s05 = fma(x, b5.w, s05); s06 = fma(x, b6.w, s06); s07 = fma(x, b7.w, s07); }
    { let x = subgroupBroadcast(a1, 3u); s10 = fma(x, b0.w, s10); s11 = fma(x, b1.w, s11); s12 = fma(x, b2.w, s12); s13 = fma(x, b3.w, s13); s14 = fma(x, b4.w, s14); s15 = fma(x, b5.w, s15); s16 = fma(x, b6.w, s16); s17 = fma(x, b7.w, s17); }
    { let x = subgroupBroadcast(a2, 3u); s20 = fma(x, b0.w, s20); s21 = fma(x, b1.w, s21); s22 = fma(x, b2.w, s22); s23 = fma(x, b3.w, s23); s24 = fma(x, b4.w, s24); s25 = fma(x, b5.w, s25); s26 = fma(x, b6.w, s26); s27 = fma(x, b7.w, s27); }
    { let x = subgroupBroadcast(a3, 3u); s30 = fma(x, b0.w, s30); s31 = fma(x, b1.w, s31); s32 = fma(x, b2.w, s32); s33 = fma(x, b3.w, s33); s34 = fma(x, b4.w, s34); s35 = fma(x, b5.w, s35); s36 = fma(x, b6.w, s36); s37 = fma(x, b7.w, s37); }
    { let x = subgroupBroadcast(a4, 3u); s40 = fma(x, b0.w, s40); s41 = fma(x, b1.w, s41); s42 = fma(x, b2.w, s42); s43 = fma(x, b3.w, s43); s44 = fma(x, b4.w, s44); s45 = fma(x, b5.w, s45); s46 = fma(x, b6.w, s46); s47 = fma(x, b7.w, s47); }
    { let x = subgroupBroadcast(a5, 3u); s50 = fma(x, b0.w, s50); s51 = fma(x, b1.w, s51); s52 = fma(x, b2.w, s52); s53 = fma(x, b3.w, s53); s54 = fma(x, b4.w, s54); s55 = fma(x, b5.w, s55); s56 = fma(x, b6.w, s56); s57 = fma(x, b7.w, s57); }
    { let x = subgroupBroadcast(a6, 3u); s60 = fma(x, b0.w, s60); s61 = fma(x, b1.w, s61); s62 = fma(x, b2.w, s62); s63 = fma(x, b3.w, s63); s64 = fma(x, b4.w, s64); s65 = fma(x, b5.w, s65); s66 = fma(x, b6.w, s66); s67 = fma(x, b7.w, s67); }
    { let x = subgroupBroadcast(a7, 3u); s70 = fma(x, b0.w, s70); s71 = fma(x, b1.w, s71); s72 = fma(x, b2.w, s72); s73 = fma(x, b3.w, s73); s74 = fma(x, b4.w, s74); s75 = fma(x, b5.w, s75); s76 = fma(x, b6.w, s76); s77 = fma(x, b7.w, s77); }
    }
  }
  store(z, row + 0u, column0, columns, s00); store(z, row + 0u, column1, columns, s01); store(z, row + 0u, column2, columns, s02); store(z, row + 0u, column3, columns, s03); store(z, row + 0u, column4, columns, s04); store(z, row + 0u, column5, columns, s05); store(z, row + 0u, column6, columns, s06); store(z, row + 0u, column7, columns, s07);
  store(z, row + 1u, column0, columns, s10); store(z, row + 1u, column1, columns, s11); store(z, row + 1u, column2, columns, s12); store(z, row + 1u, column3, columns, s13); store(z, row + 1u, column4, columns, s14); store(z, row + 1u, column5, columns, s15); store(z, row + 1u, column6, columns, s16); store(z, row + 1u, column7, columns, s17);
  store(z, row + 2u, column0, columns, s20); store(z, row + 2u, column1, columns, s21); store(z, row + 2u, column2, columns, s22); store(z, row + 2u, column3, columns, s23); store(z, row + 2u, column4, columns, s24); store(z, row + 2u, column5, columns, s25); store(z, row + 2u, column6, columns, s26); store(z, row + 2u, column7, columns, s27);
  store(z, row + 3u, column0, columns, s30); store(z, row + 3u, column1, columns, s31); store(z, row + 3u, column2, columns, s32); store(z, row + 3u, column3, columns, s33); store(z, row + 3u, column4, columns, s34); store(z, row + 3u, column5, columns, s35); store(z, row + 3u, column6, columns, s36); store(z, row + 3u, column7, columns, s37);
  store(z, row + 4u, column0, columns, s40); store(z, row + 4u, column1, columns, s41); store(z, row + 4u, column2, columns, s42); store(z, row + 4u, column3, columns, s43); store(z, row + 4u, column4, columns, s44); store(z, row + 4u, column5, columns, s45); store(z, row + 4u, column6, columns, s46); store(z, row + 4u, column7, columns, s47);
  store(z, row + 5u, column0, columns, s50); store(z, row + 5u, column1, columns, s51); store(z, row + 5u, column2, columns, s52); store(z, row + 5u, column3, columns, s53); store(z, row + 5u, column4, columns, s54); store(z, row + 5u, column5, columns, s55); store(z, row + 5u, column6, columns, s56); store(z, row + 5u, column7, columns, s57);
  store(z, row + 6u, column0, columns, s60); store(z, row + 6u, column1, columns, s61); store(z, row + 6u, column2, columns, s62); store(z, row + 6u, column3, columns, s63); store(z, row + 6u, column4, columns, s64); store(z, row + 6u, column5, columns, s65); store(z, row + 6u, column6, columns, s66); store(z, row + 6u, column7, columns, s67);
  store(z, row + 7u, column0, columns, s70); store(z, row + 7u, column1, columns, s71); store(z, row + 7u, column2, columns, s72); store(z, row + 7u, column3, columns, s73); store(z, row + 7u, column4, columns, s74); store(z, row + 7u, column5, columns, s75); store(z, row + 7u, column6, columns, s76); store(z, row + 7u, column7, columns, s77);
}
