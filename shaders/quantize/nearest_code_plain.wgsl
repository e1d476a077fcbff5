// nearest_code_plain: assign each row of x to its closest codebook entry, the obvious way. Reference of the tiled twins.
//   x        [N, D] f32 in
//   codebook [K, D] f32 in
//   code     [N]    u32 out   index of the entry at least squared L2 distance; equal distances go to the smaller index
//   distance [N]    f32 out   that squared distance
// One row a lane. Distances are sums of squared differences in order of d, never |e|^2 - 2 x.e, which cancels when a row
// lies close to its entry: the relative error stays below about D * 2^-24. A row with a NaN gets code 0.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { rows: u32, codes: u32, dims: u32 }
const FARTHEST: f32 = 3.4028234663852886e38; // largest f32; constants cannot be infinite

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> codebook: array<f32>;
@group(0) @binding(2) var<storage, read_write> code: array<u32>;
@group(0) @binding(3) var<storage, read_write> distance: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn nearest_code_plain(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = linear_index(group, groups, lane, LANES);
  if (row >= params.rows) { return; }
  var best = FARTHEST;
  var best_code = 0u;
  for (var k = 0u; k < params.codes; k++) {
    var total = 0.0;
    for (var d = 0u; d < params.dims; d++) {
      let t = x[row * params.dims + d] - codebook[k * params.dims + d];
      total = fma(t, t, total);
    }
    if (total < best) { best = total; best_code = k; }
  }
  code[row] = best_code;
  distance[row] = best;
}
