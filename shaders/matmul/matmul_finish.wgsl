// matmul_finish: adds the splits of a product in order, scales, applies the epilogue and drops the padding of the rows.
//   partial [batch, splits, M, lead] f32 in
//   aux     [..] f32 in    EPILOGUES 2, 3: [batch, M, N]; 4, 5: [N]; else unused (bind any buffer)
//   c       [batch, M, N] f32 out
// One output a lane. Epilogues as in matmul_plain.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { count: u32, m: u32, n: u32, lead: u32, splits: u32, epilogue: u32, alpha: f32 }

@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read> aux: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn matmul_finish(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let column = i % params.n;
  let row = (i / params.n) % params.m;
  let z = i / (params.n * params.m);
  var total = 0.0;
  for (var split = 0u; split < params.splits; split++) {
    total += partial[((z * params.splits + split) * params.m + row) * params.lead + column];
  }
  let mode = params.epilogue;
  let extra = aux[select(select(i, column, mode >= 4u), 0u, mode < 2u)];
  let value = total * params.alpha + select(0.0, extra, mode == 2u || mode >= 4u);
  let kept = select(value, max(value, 0.0), mode == 1u || mode == 5u);
  c[i] = select(kept, select(0.0, kept, extra > 0.0), mode == 3u);
}
