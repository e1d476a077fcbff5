// nearest_code_subgroup8: assign rows to codebook entries on adapters whose subgroups always have 8 lanes.
//   x        [N, D]             f32 in
//   columns  [depth, width / 4] vec4 f32 in    the codebook by column (codebook_columns), zero-padded
//   code     [N]                u32 out        index of the entry at least squared L2 distance; ties to the smaller index
//   distance [N]                f32 out        that squared distance
// One group of one subgroup takes 8 rows and walks all codes, 32 at a time: each lane keeps 8 rows x 4 codes of sums in
// registers. A lane loads one dimension of the 8 rows for 8 dimensions at a time and passes them round by
// subgroupBroadcast, so x is loaded once a group and nothing goes through workgroup memory but the last merge. No N x K
// table is stored. Sums of squared differences in order of d as in nearest_code_plain (which see for why not |e|^2 - 2 x.e).
// Needs the `subgroups` feature and a fixed subgroup size of 8; WGSL wants constant lane numbers, hence one file a size.
enable subgroups;
// include: lib/code_best.wgsl

struct Params { rows: u32, codes: u32, dims: u32, quads: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> columns: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> code: array<u32>;
@group(0) @binding(3) var<storage, read_write> distance: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> lane_distance: array<vec4<f32>, 16>;
var<workgroup> lane_code: array<vec4<u32>, 16>;

// Four rows at one dimension; rows past the end repeat the last one and are not stored.
fn rows_at(first: u32, d: u32) -> vec4<f32> {
  let row = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(params.rows - 1u)) * params.dims + min(d, params.dims - 1u);
  return select(vec4<f32>(), vec4<f32>(x[row.x], x[row.y], x[row.z], x[row.w]), d < params.dims);
}

fn add_square(total: vec4<f32>, row: f32, entries: vec4<f32>) -> vec4<f32> {
  let t = row - entries;
  return fma(t, t, total);
}

@compute @workgroup_size(8)
fn nearest_code_subgroup8(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * groups.x) * 8u;
  var low = Best(vec4<f32>(FARTHEST), vec4<u32>());
  var high = Best(vec4<f32>(FARTHEST), vec4<u32>());
  for (var quad = 0u; quad < params.quads; quad += 8u) {
    var s0 = vec4<f32>();
    var s1 = vec4<f32>();
    var s2 = vec4<f32>();
    var s3 = vec4<f32>();
    var s4 = vec4<f32>();
    var s5 = vec4<f32>();
    var s6 = vec4<f32>();
    var s7 = vec4<f32>();
    for (var d = 0u; d < params.dims; d += 8u) {
      let a = rows_at(first, d + lane);
      let b = rows_at(first + 4u, d + lane);
      var at = d * params.quads + quad + lane;
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 0u); let q = subgroupBroadcast(b, 0u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
        at += params.quads;
      }
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 1u); let q = subgroupBroadcast(b, 1u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
        at += params.quads;
      }
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 2u); let q = subgroupBroadcast(b, 2u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
        at += params.quads;
      }
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 3u); let q = subgroupBroadcast(b, 3u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
        at += params.quads;
      }
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 4u); let q = subgroupBroadcast(b, 4u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
        at += params.quads;
      }
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 5u); let q = subgroupBroadcast(b, 5u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
        at += params.quads;
      }
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 6u); let q = subgroupBroadcast(b, 6u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
        at += params.quads;
      }
      {
        let e = columns[at];
        let p = subgroupBroadcast(a, 7u); let q = subgroupBroadcast(b, 7u);
        s0 = add_square(s0, p.x, e);
        s1 = add_square(s1, p.y, e);
        s2 = add_square(s2, p.z, e);
        s3 = add_square(s3, p.w, e);
        s4 = add_square(s4, q.x, e);
        s5 = add_square(s5, q.y, e);
        s6 = add_square(s6, q.z, e);
        s7 = add_square(s7, q.w, e);
      }
    }
    let k0 = (quad + lane) * 4u;
    low = consider(low, vec4<f32>(s0.x, s1.x, s2.x, s3.x), k0, params.codes);
    high = consider(high, vec4<f32>(s4.x, s5.x, s6.x, s7.x), k0, params.codes);
    low = consider(low, vec4<f32>(s0.y, s1.y, s2.y, s3.y), k0 + 1u, params.codes);
    high = consider(high, vec4<f32>(s4.y, s5.y, s6.y, s7.y), k0 + 1u, params.codes);
    low = consider(low, vec4<f32>(s0.z, s1.z, s2.z, s3.z), k0 + 2u, params.codes);
    high = consider(high, vec4<f32>(s4.z, s5.z, s6.z, s7.z), k0 + 2u, params.codes);
    low = consider(low, vec4<f32>(s0.w, s1.w, s2.w, s3.w), k0 + 3u, params.codes);
    high = consider(high, vec4<f32>(s4.w, s5.w, s6.w, s7.w), k0 + 3u, params.codes);
  }
  lane_distance[lane * 2u] = low.distance;
  lane_code[lane * 2u] = low.code;
  lane_distance[lane * 2u + 1u] = high.distance;
  lane_code[lane * 2u + 1u] = high.code;
  workgroupBarrier();
  for (var r = lane; r < 8u; r += 8u) {
    var best = lane_distance[r / 4u][r % 4u];
    var best_code = lane_code[r / 4u][r % 4u];
    for (var other = 1u; other < 8u; other++) {
      let d = lane_distance[other * 2u + r / 4u][r % 4u];
      let k = lane_code[other * 2u + r / 4u][r % 4u];
      if (d < best || (d == best && k < best_code)) { best = d; best_code = k; }
    }
    if (first + r < params.rows) {
      code[first + r] = best_code;
      distance[first + r] = best;
    }
  }
}
