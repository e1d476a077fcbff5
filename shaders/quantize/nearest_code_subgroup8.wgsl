// nearest_code_subgroup8: assign rows to codebook entries on adapters whose subgroups always have 8 lanes.
//   x        [N, D]         f32 in
//   columns  [depth, width] f32 in    the codebook by column (codebook_columns), zero-padded
//   code     [N]            u32 out   index of the entry at least squared L2 distance; ties to the smaller index
//   distance [N]            f32 out   that squared distance
// One group of one subgroup takes 16 rows and walks all codes, 16 at a time: each lane keeps 16 rows x 2 codes of sums in
// registers, as scalars: packed in vec4s the same tile took a third more. A lane loads one dimension of the 16 rows for 8
// dimensions at a time and passes them round by subgroupBroadcast, so nothing goes through workgroup memory but the last
// merge, and no N x K table is stored. Neighbouring lanes read neighbouring codes. Measured on lavapipe: 16 x 2 costs a
// fifth less CPU time than 8 x 4 or 8 x 2, wider tiles compile for seconds. Sums of squared differences in order of d as in nearest_code_plain
// (which see for why not |e|^2 - 2 x.e).
// Needs the `subgroups` feature and a fixed subgroup size of 8; WGSL wants constant lane numbers, hence one file a size.
enable subgroups;
// include: lib/code_best.wgsl

struct Params { rows: u32, codes: u32, dims: u32, quads: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> columns: array<f32>;
@group(0) @binding(2) var<storage, read_write> code: array<u32>;
@group(0) @binding(3) var<storage, read_write> distance: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> lane_distance: array<vec4<f32>, 32>;
var<workgroup> lane_code: array<vec4<u32>, 32>;

// Four rows at one dimension; rows past the end repeat the last one and are not stored.
fn rows_at(first: u32, d: u32) -> vec4<f32> {
  let row = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(params.rows - 1u)) * params.dims + min(d, params.dims - 1u);
  return select(vec4<f32>(), vec4<f32>(x[row.x], x[row.y], x[row.z], x[row.w]), d < params.dims);
}

fn add_square(total: f32, row: f32, entry: f32) -> f32 {
  let t = row - entry;
  return fma(t, t, total);
}

@compute @workgroup_size(8)
fn nearest_code_subgroup8(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * groups.x) * 16u;
  let width = params.quads * 4u;
  var held0 = Best(vec4<f32>(FARTHEST), vec4<u32>());
  var held1 = Best(vec4<f32>(FARTHEST), vec4<u32>());
  var held2 = Best(vec4<f32>(FARTHEST), vec4<u32>());
  var held3 = Best(vec4<f32>(FARTHEST), vec4<u32>());
  for (var k = 0u; k < width; k += 16u) {
    var s0 = 0.0; var t0 = 0.0; var s1 = 0.0; var t1 = 0.0; var s2 = 0.0; var t2 = 0.0; var s3 = 0.0; var t3 = 0.0;
    var s4 = 0.0; var t4 = 0.0; var s5 = 0.0; var t5 = 0.0; var s6 = 0.0; var t6 = 0.0; var s7 = 0.0; var t7 = 0.0;
    var s8 = 0.0; var t8 = 0.0; var s9 = 0.0; var t9 = 0.0; var s10 = 0.0; var t10 = 0.0; var s11 = 0.0; var t11 = 0.0;
    var s12 = 0.0; var t12 = 0.0; var s13 = 0.0; var t13 = 0.0; var s14 = 0.0; var t14 = 0.0; var s15 = 0.0; var t15 = 0.0;
    for (var d = 0u; d < params.dims; d += 8u) {
      let x0 = rows_at(first, d + lane);
      let x1 = rows_at(first + 4u, d + lane);
      let x2 = rows_at(first + 8u, d + lane);
      let x3 = rows_at(first + 12u, d + lane);
      var at = d * width + k + lane;
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 0u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 0u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 0u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 0u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 0u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 0u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 0u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 0u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 0u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 0u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 0u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 0u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 0u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 0u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 0u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 0u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 1u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 1u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 1u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 1u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 1u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 1u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 1u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 1u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 1u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 1u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 1u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 1u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 1u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 1u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 1u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 1u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 2u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 2u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 2u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 2u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 2u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 2u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 2u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 2u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 2u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 2u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 2u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 2u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 2u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 2u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 2u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 2u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 3u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 3u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 3u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 3u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 3u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 3u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 3u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 3u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 3u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 3u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 3u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 3u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 3u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 3u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 3u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 3u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 4u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 4u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 4u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 4u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 4u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 4u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 4u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 4u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 4u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 4u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 4u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 4u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 4u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 4u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 4u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 4u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 5u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 5u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 5u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 5u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 5u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 5u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 5u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 5u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 5u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 5u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 5u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 5u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 5u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 5u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 5u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 5u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 6u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 6u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 6u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 6u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 6u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 6u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 6u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 6u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 6u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 6u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 6u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 6u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 6u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 6u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 6u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 6u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        { let y = subgroupBroadcast(x0.x, 7u); s0 = add_square(s0, y, e); t0 = add_square(t0, y, f); } { let y = subgroupBroadcast(x0.y, 7u); s1 = add_square(s1, y, e); t1 = add_square(t1, y, f); }
        { let y = subgroupBroadcast(x0.z, 7u); s2 = add_square(s2, y, e); t2 = add_square(t2, y, f); } { let y = subgroupBroadcast(x0.w, 7u); s3 = add_square(s3, y, e); t3 = add_square(t3, y, f); }
        { let y = subgroupBroadcast(x1.x, 7u); s4 = add_square(s4, y, e); t4 = add_square(t4, y, f); } { let y = subgroupBroadcast(x1.y, 7u); s5 = add_square(s5, y, e); t5 = add_square(t5, y, f); }
        { let y = subgroupBroadcast(x1.z, 7u); s6 = add_square(s6, y, e); t6 = add_square(t6, y, f); } { let y = subgroupBroadcast(x1.w, 7u); s7 = add_square(s7, y, e); t7 = add_square(t7, y, f); }
        { let y = subgroupBroadcast(x2.x, 7u); s8 = add_square(s8, y, e); t8 = add_square(t8, y, f); } { let y = subgroupBroadcast(x2.y, 7u); s9 = add_square(s9, y, e); t9 = add_square(t9, y, f); }
        { let y = subgroupBroadcast(x2.z, 7u); s10 = add_square(s10, y, e); t10 = add_square(t10, y, f); } { let y = subgroupBroadcast(x2.w, 7u); s11 = add_square(s11, y, e); t11 = add_square(t11, y, f); }
        { let y = subgroupBroadcast(x3.x, 7u); s12 = add_square(s12, y, e); t12 = add_square(t12, y, f); } { let y = subgroupBroadcast(x3.y, 7u); s13 = add_square(s13, y, e); t13 = add_square(t13, y, f); }
        { let y = subgroupBroadcast(x3.z, 7u); s14 = add_square(s14, y, e); t14 = add_square(t14, y, f); } { let y = subgroupBroadcast(x3.w, 7u); s15 = add_square(s15, y, e); t15 = add_square(t15, y, f); }
      }
    }
    held0 = consider(consider(held0, vec4<f32>(s0, s1, s2, s3), k + lane, params.codes), vec4<f32>(t0, t1, t2, t3), k + 8u + lane, params.codes);
    held1 = consider(consider(held1, vec4<f32>(s4, s5, s6, s7), k + lane, params.codes), vec4<f32>(t4, t5, t6, t7), k + 8u + lane, params.codes);
    held2 = consider(consider(held2, vec4<f32>(s8, s9, s10, s11), k + lane, params.codes), vec4<f32>(t8, t9, t10, t11), k + 8u + lane, params.codes);
    held3 = consider(consider(held3, vec4<f32>(s12, s13, s14, s15), k + lane, params.codes), vec4<f32>(t12, t13, t14, t15), k + 8u + lane, params.codes);
  }
  lane_distance[lane * 4u + 0u] = held0.distance; lane_code[lane * 4u + 0u] = held0.code;
  lane_distance[lane * 4u + 1u] = held1.distance; lane_code[lane * 4u + 1u] = held1.code;
  lane_distance[lane * 4u + 2u] = held2.distance; lane_code[lane * 4u + 2u] = held2.code;
  lane_distance[lane * 4u + 3u] = held3.distance; lane_code[lane * 4u + 3u] = held3.code;
  workgroupBarrier();
  for (var r = lane; r < 16u; r += 8u) {
    var best = lane_distance[r / 4u][r % 4u];
    var best_code = lane_code[r / 4u][r % 4u];
    for (var other = 1u; other < 8u; other++) {
      let d = lane_distance[other * 4u + r / 4u][r % 4u];
      let n = lane_code[other * 4u + r / 4u][r % 4u];
      if (d < best || (d == best && n < best_code)) { best = d; best_code = n; }
    }
    if (first + r < params.rows) {
      code[first + r] = best_code;
      distance[first + r] = best;
    }
  }
}
