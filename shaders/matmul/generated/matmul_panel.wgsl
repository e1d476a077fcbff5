// matmul_panel: C = alpha Aᵀ B with an epilogue, from registers only.
//   a   [batch, K, M] f32 in    rows a_lead elements apart, matrices a_batch apart
//   b   [batch, K, N] f32 in    rows b_lead apart, matrices b_batch apart
//   aux [..]          f32 in    EPILOGUES 2, 3: laid out as c; 4, 5: [N]; else unused (bind any buffer)
//   c   [batch, M, N] f32 out   rows c_lead apart, matrices without gaps
// A lane owns 8 rows x 8 columns; 8 lanes lie side by side, so all read the same a. One k an iteration keeps the
// body small: on software adapters the count of load instructions is the cost, and workgroup memory loses. Sums run in order of k.
// Needs a_lead, b_lead, c_lead, a_batch, b_batch multiples of 4. Sizes beyond M and N are clamped when read and not stored.
// Written by scripts/matmulKernels.mjs; do not edit.
struct Params {
  m: u32, n: u32, k: u32, alpha: f32,
  a_batch: u32, a_lead: u32, b_batch: u32, b_lead: u32,
  c_lead: u32, epilogue: u32
}

@group(0) @binding(0) var<storage, read> a: array<vec4<f32>>;
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

@compute @workgroup_size(8)
fn matmul_panel(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let z = group.z;
  let row = group.y * 8u;
  let columns = (params.n + 3u) / 4u;
  let a_last = params.a_lead / 4u - 1u;
  var a0_at = z * (params.a_batch / 4u) + min(row / 4u + 0u, a_last);
  var a1_at = z * (params.a_batch / 4u) + min(row / 4u + 1u, a_last);
  let column0 = group.x * 16u + 0u + lane;
  let column1 = group.x * 16u + 8u + lane;
  var b0_at = z * (params.b_batch / 4u) + min(column0, columns - 1u);
  var b1_at = z * (params.b_batch / 4u) + min(column1, columns - 1u);
  let a_step = params.a_lead / 4u;
  let b_step = params.b_lead / 4u;
  var s00 = vec4<f32>(0.0); var s01 = vec4<f32>(0.0);
  var s10 = vec4<f32>(0.0); var s11 = vec4<f32>(0.0);
  var s20 = vec4<f32>(0.0); var s21 = vec4<f32>(0.0);
  var s30 = vec4<f32>(0.0); var s31 = vec4<f32>(0.0);
  var s40 = vec4<f32>(0.0); var s41 = vec4<f32>(0.0);
  var s50 = vec4<f32>(0.0); var s51 = vec4<f32>(0.0);
  var s60 = vec4<f32>(0.0); var s61 = vec4<f32>(0.0);
  var s70 = vec4<f32>(0.0); var s71 = vec4<f32>(0.0);
  for (var k = 0u; k < params.k; k++) {
    let x0 = a[a0_at]; a0_at += a_step;
    let x1 = a[a1_at]; a1_at += a_step;
    let b0 = b[b0_at]; b0_at += b_step;
    let b1 = b[b1_at]; b1_at += b_step;
    s00 = fma(vec4<f32>(x0.x), b0, s00); s01 = fma(vec4<f32>(x0.x), b1, s01);
    s10 = fma(vec4<f32>(x0.y), b0, s10); s11 = fma(vec4<f32>(x0.y), b1, s11);
    s20 = fma(vec4<f32>(x0.z), b0, s20); s21 = fma(vec4<f32>(x0.z), b1, s21);
    s30 = fma(vec4<f32>(x0.w), b0, s30); s31 = fma(vec4<f32>(x0.w), b1, s31);
    s40 = fma(vec4<f32>(x1.x), b0, s40); s41 = fma(vec4<f32>(x1.x), b1, s41);
    s50 = fma(vec4<f32>(x1.y), b0, s50); s51 = fma(vec4<f32>(x1.y), b1, s51);
    s60 = fma(vec4<f32>(x1.z), b0, s60); s61 = fma(vec4<f32>(x1.z), b1, s61);
    s70 = fma(vec4<f32>(x1.w), b0, s70); s71 = fma(vec4<f32>(x1.w), b1, s71);
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
