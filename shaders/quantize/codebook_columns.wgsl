// codebook_columns: lay a codebook out by column for the tiled nearest-code kernels.
//   codebook [K, D]             f32 in
//   columns  [depth, width / 4] vec4 f32 out   columns[d][k] = codebook[k][d]; zero for d >= D and for k >= K
// One vec4 (four codes of one dimension) a lane, so writes are contiguous; the table is small next to the look-up. The
// padding (depth a multiple of 8, width of 64) spares the readers all bounds checks in their inner loops.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { codes: u32, dims: u32, depth: u32, quads: u32 }

@group(0) @binding(0) var<storage, read> codebook: array<f32>;
@group(0) @binding(1) var<storage, read_write> columns: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> params: Params;

fn entry(k: u32, d: u32) -> f32 {
  if (k >= params.codes || d >= params.dims) { return 0.0; }
  return codebook[k * params.dims + d];
}

@compute @workgroup_size(LANES)
fn codebook_columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.depth * params.quads) { return; }
  let d = i / params.quads;
  let k = (i % params.quads) * 4u;
  columns[i] = vec4<f32>(entry(k, d), entry(k + 1u, d), entry(k + 2u, d), entry(k + 3u, d));
}
