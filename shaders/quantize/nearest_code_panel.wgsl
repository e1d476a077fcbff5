// nearest_code_panel: assign rows to codebook entries from registers only; the fast path of software adapters.
//   x        [D, ceil(N / 4)]  vec4 f32 in   rows laid out by dimension (matmul_pack), padded by zeros
//   columns  [depth, quads]    vec4 f32 in   the codebook by dimension (codebook_columns), quads a multiple of 16
//   code     [N]               u32 out       index of the entry at least squared L2 distance; ties to the smaller index
//   distance [N]               f32 out       that squared distance
// One group of 8 lanes takes 16 rows and walks all codes, 64 at a time: each lane keeps 16 rows x 8 codes of sums, and all
// lanes read the same x. One dimension an iteration keeps the body small: on software adapters the count of load
// instructions is the cost and workgroup memory loses (as in matmul_panel). No N x K table is stored. Sums of squared
// differences in order of d, as in nearest_code_plain (which see for why not |e|^2 - 2 x.e). Lanes meet their codes in
// ascending order and keep the first of equals; the merge prefers the smaller index.

const FARTHEST: f32 = 3.4028234663852886e38; // largest f32; constants cannot be infinite

struct Params { rows: u32, codes: u32, dims: u32, quads: u32, x_quads: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> columns: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> code: array<u32>;
@group(0) @binding(3) var<storage, read_write> distance: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> lane_distance: array<f32, 128>;
var<workgroup> lane_code: array<u32, 128>;

fn square_sum(total: vec4<f32>, row: f32, entries: vec4<f32>) -> vec4<f32> {
  let t = vec4<f32>(row) - entries;
  return fma(t, t, total);
}

@compute @workgroup_size(8)
fn nearest_code_panel(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * groups.x) * 16u;
  let last_quad = params.x_quads - 1u;
  let row0 = min(first / 4u, last_quad);
  let row1 = min(first / 4u + 1u, last_quad);
  let row2 = min(first / 4u + 2u, last_quad);
  let row3 = min(first / 4u + 3u, last_quad);
  var best = array<f32, 16>();
  var best_code = array<u32, 16>();
  for (var i = 0u; i < 16u; i++) { best[i] = FARTHEST; }
  for (var quad = lane; quad < params.quads; quad += 16u) {
    var s0_0 = vec4<f32>(); var s1_0 = vec4<f32>(); var s2_0 = vec4<f32>();
    var s3_0 = vec4<f32>(); var s4_0 = vec4<f32>(); var s5_0 = vec4<f32>();
    var s6_0 = vec4<f32>(); var s7_0 = vec4<f32>(); var s8_0 = vec4<f32>();
    var s9_0 = vec4<f32>(); var s10_0 = vec4<f32>(); var s11_0 = vec4<f32>();
    var s12_0 = vec4<f32>(); var s13_0 = vec4<f32>(); var s14_0 = vec4<f32>(); var s15_0 = vec4<f32>();
    var s0_1 = vec4<f32>(); var s1_1 = vec4<f32>(); var s2_1 = vec4<f32>();
    var s3_1 = vec4<f32>(); var s4_1 = vec4<f32>(); var s5_1 = vec4<f32>();
    var s6_1 = vec4<f32>(); var s7_1 = vec4<f32>(); var s8_1 = vec4<f32>();
    var s9_1 = vec4<f32>(); var s10_1 = vec4<f32>(); var s11_1 = vec4<f32>();
    var s12_1 = vec4<f32>(); var s13_1 = vec4<f32>(); var s14_1 = vec4<f32>(); var s15_1 = vec4<f32>();
    var at = 0u;
    var b_at = quad;
    for (var d = 0u; d < params.dims; d++) {
      let x0 = x[at + row0]; let x1 = x[at + row1]; let x2 = x[at + row2]; let x3 = x[at + row3];
      let b0 = columns[b_at]; let b1 = columns[b_at + 8u];
      at += params.x_quads; b_at += params.quads;
      s0_0 = square_sum(s0_0, x0.x, b0); s0_1 = square_sum(s0_1, x0.x, b1);
      s1_0 = square_sum(s1_0, x0.y, b0); s1_1 = square_sum(s1_1, x0.y, b1);
      s2_0 = square_sum(s2_0, x0.z, b0); s2_1 = square_sum(s2_1, x0.z, b1);
      s3_0 = square_sum(s3_0, x0.w, b0); s3_1 = square_sum(s3_1, x0.w, b1);
      s4_0 = square_sum(s4_0, x1.x, b0); s4_1 = square_sum(s4_1, x1.x, b1);
      s5_0 = square_sum(s5_0, x1.y, b0); s5_1 = square_sum(s5_1, x1.y, b1);
      s6_0 = square_sum(s6_0, x1.z, b0); s6_1 = square_sum(s6_1, x1.z, b1);
      s7_0 = square_sum(s7_0, x1.w, b0); s7_1 = square_sum(s7_1, x1.w, b1);
      s8_0 = square_sum(s8_0, x2.x, b0); s8_1 = square_sum(s8_1, x2.x, b1);
      s9_0 = square_sum(s9_0, x2.y, b0); s9_1 = square_sum(s9_1, x2.y, b1);
      s10_0 = square_sum(s10_0, x2.z, b0); s10_1 = square_sum(s10_1, x2.z, b1);
      s11_0 = square_sum(s11_0, x2.w, b0); s11_1 = square_sum(s11_1, x2.w, b1);
      s12_0 = square_sum(s12_0, x3.x, b0); s12_1 = square_sum(s12_1, x3.x, b1);
      s13_0 = square_sum(s13_0, x3.y, b0); s13_1 = square_sum(s13_1, x3.y, b1);
      s14_0 = square_sum(s14_0, x3.z, b0); s14_1 = square_sum(s14_1, x3.z, b1);
      s15_0 = square_sum(s15_0, x3.w, b0); s15_1 = square_sum(s15_1, x3.w, b1);
    }
    var low = array<vec4<f32>, 16>(s0_0, s1_0, s2_0, s3_0, s4_0, s5_0, s6_0, s7_0, s8_0, s9_0, s10_0, s11_0, s12_0, s13_0, s14_0, s15_0);
    var high = array<vec4<f32>, 16>(s0_1, s1_1, s2_1, s3_1, s4_1, s5_1, s6_1, s7_1, s8_1, s9_1, s10_1, s11_1, s12_1, s13_1, s14_1, s15_1);
    for (var i = 0u; i < 16u; i++) {
      for (var part = 0u; part < 8u; part++) {
        let found = select(high[i][part % 4u], low[i][part % 4u], part < 4u);
        let index = (quad + select(8u, 0u, part < 4u)) * 4u + part % 4u;
        if (found < best[i] && index < params.codes) { best[i] = found; best_code[i] = index; }
      }
    }
  }
  for (var i = 0u; i < 16u; i++) { lane_distance[lane * 16u + i] = best[i]; lane_code[lane * 16u + i] = best_code[i]; }
  workgroupBarrier();
  for (var i = lane; i < 16u; i += 8u) {
    var least = lane_distance[i];
    var least_code = lane_code[i];
    for (var other = 1u; other < 8u; other++) {
      let d = lane_distance[other * 16u + i];
      let n = lane_code[other * 16u + i];
      if (d < least || (d == least && n < least_code)) { least = d; least_code = n; }
    }
    if (first + i < params.rows) {
      code[first + i] = least_code;
      distance[first + i] = least;
    }
  }
}
