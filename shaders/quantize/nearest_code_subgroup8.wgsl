// nearest_code_subgroup8: assign rows to codebook entries on adapters whose subgroups always have 8 lanes.
//   x        [N, D]         f32 in
//   columns  [depth, width] f32 in    the codebook by column (codebook_columns), zero-padded
//   code     [N]            u32 out   index of the entry at least squared L2 distance; ties to the smaller index
//   distance [N]            f32 out   that squared distance
// One group of one subgroup takes 16 rows and walks all codes, 16 at a time: each lane keeps 16 rows x 2 codes of sums in
// registers (one vec4 = four rows of one code). A lane loads one dimension of the 16 rows for 8 dimensions at a time and
// passes them round by subgroupBroadcast, so nothing goes through workgroup memory but the last merge, and no N x K table
// is stored. Neighbouring lanes read neighbouring codes. Measured on lavapipe: 16 x 2 costs a fifth less CPU time than
// 8 x 4 or 8 x 2, wider tiles compile for seconds. Sums of squared differences in order of d as in nearest_code_plain
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

fn add_square(total: vec4<f32>, rows: vec4<f32>, entry: f32) -> vec4<f32> {
  let t = rows - entry;
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
    var s0 = vec4<f32>(); var t0 = vec4<f32>();
    var s1 = vec4<f32>(); var t1 = vec4<f32>();
    var s2 = vec4<f32>(); var t2 = vec4<f32>();
    var s3 = vec4<f32>(); var t3 = vec4<f32>();
    for (var d = 0u; d < params.dims; d += 8u) {
      let x0 = rows_at(first, d + lane);
      let x1 = rows_at(first + 4u, d + lane);
      let x2 = rows_at(first + 8u, d + lane);
      let x3 = rows_at(first + 12u, d + lane);
      var at = d * width + k + lane;
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 0u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 0u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 0u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 0u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 1u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 1u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 1u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 1u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 2u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 2u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 2u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 2u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 3u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 3u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 3u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 3u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 4u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 4u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 4u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 4u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 5u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 5u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 5u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 5u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 6u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 6u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 6u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 6u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
        at += width;
      }
      {
        let e = columns[at]; let f = columns[at + 8u];
        let y0 = subgroupBroadcast(x0, 7u); s0 = add_square(s0, y0, e); t0 = add_square(t0, y0, f);
        let y1 = subgroupBroadcast(x1, 7u); s1 = add_square(s1, y1, e); t1 = add_square(t1, y1, f);
        let y2 = subgroupBroadcast(x2, 7u); s2 = add_square(s2, y2, e); t2 = add_square(t2, y2, f);
        let y3 = subgroupBroadcast(x3, 7u); s3 = add_square(s3, y3, e); t3 = add_square(t3, y3, f);
      }
    }
    held0 = consider(consider(held0, s0, k + lane, params.codes), t0, k + 8u + lane, params.codes);
    held1 = consider(consider(held1, s1, k + lane, params.codes), t1, k + 8u + lane, params.codes);
    held2 = consider(consider(held2, s2, k + lane, params.codes), t2, k + 8u + lane, params.codes);
    held3 = consider(consider(held3, s3, k + lane, params.codes), t3, k + 8u + lane, params.codes);
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
