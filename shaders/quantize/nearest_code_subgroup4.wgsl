// nearest_code_subgroup4: assign rows to codebook entries on adapters whose subgroups always have 4 lanes.
//   x        [N, D]             f32 in
//   columns  [depth, width / 4] vec4 f32 in    the codebook by column (codebook_columns), zero-padded
//   code     [N]                u32 out        index of the entry at least squared L2 distance; ties to the smaller index
//   distance [N]                f32 out        that squared distance
// One group of one subgroup takes 8 rows and walks all codes, 32 at a time: each lane keeps 8 rows x 8 codes of sums in
// registers. A lane loads one dimension of the 8 rows for 4 dimensions at a time and passes them round by
// subgroupBroadcast, so x is loaded once a group and nothing goes through workgroup memory but the last merge. No N x K
// table is stored. Sums of squared differences in order of d as in nearest_code_plain (which see for why not |e|^2 - 2 x.e).
// Needs the `subgroups` feature and a fixed subgroup size of 4; WGSL wants constant lane numbers, hence one file a size.
enable subgroups;
// include: lib/code_best.wgsl

struct Params { rows: u32, codes: u32, dims: u32, quads: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> columns: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> code: array<u32>;
@group(0) @binding(3) var<storage, read_write> distance: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> lane_distance: array<vec4<f32>, 8>;
var<workgroup> lane_code: array<vec4<u32>, 8>;

// Four rows at one dimension; rows past the end repeat the last one and are not stored.
fn rows_at(first: u32, d: u32) -> vec4<f32> {
  let row = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(params.rows - 1u)) * params.dims + min(d, params.dims - 1u);
  return select(vec4<f32>(), vec4<f32>(x[row.x], x[row.y], x[row.z], x[row.w]), d < params.dims);
}

fn add_square(total: vec4<f32>, row: f32, entries: vec4<f32>) -> vec4<f32> {
  let t = row - entries;
  return fma(t, t, total);
}

@compute @workgroup_size(4)
fn nearest_code_subgroup4(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * groups.x) * 8u;
  var low = Best(vec4<f32>(FARTHEST), vec4<u32>());
  var high = Best(vec4<f32>(FARTHEST), vec4<u32>());
  for (var quad = 0u; quad < params.quads; quad += 8u) {
    var s00 = vec4<f32>(); var s01 = vec4<f32>();
    var s10 = vec4<f32>(); var s11 = vec4<f32>();
    var s20 = vec4<f32>(); var s21 = vec4<f32>();
    var s30 = vec4<f32>(); var s31 = vec4<f32>();
    var s40 = vec4<f32>(); var s41 = vec4<f32>();
    var s50 = vec4<f32>(); var s51 = vec4<f32>();
    var s60 = vec4<f32>(); var s61 = vec4<f32>();
    var s70 = vec4<f32>(); var s71 = vec4<f32>();
    for (var d = 0u; d < params.dims; d += 4u) {
      let a = rows_at(first, d + lane);
      let b = rows_at(first + 4u, d + lane);
      var at = d * params.quads + quad + lane;
      {
        let e0 = columns[at]; let e1 = columns[at + 4u];
        let p = subgroupBroadcast(a, 0u); let q = subgroupBroadcast(b, 0u);
        s00 = add_square(s00, p.x, e0); s01 = add_square(s01, p.x, e1);
        s10 = add_square(s10, p.y, e0); s11 = add_square(s11, p.y, e1);
        s20 = add_square(s20, p.z, e0); s21 = add_square(s21, p.z, e1);
        s30 = add_square(s30, p.w, e0); s31 = add_square(s31, p.w, e1);
        s40 = add_square(s40, q.x, e0); s41 = add_square(s41, q.x, e1);
        s50 = add_square(s50, q.y, e0); s51 = add_square(s51, q.y, e1);
        s60 = add_square(s60, q.z, e0); s61 = add_square(s61, q.z, e1);
        s70 = add_square(s70, q.w, e0); s71 = add_square(s71, q.w, e1);
        at += params.quads;
      }
      {
        let e0 = columns[at]; let e1 = columns[at + 4u];
        let p = subgroupBroadcast(a, 1u); let q = subgroupBroadcast(b, 1u);
        s00 = add_square(s00, p.x, e0); s01 = add_square(s01, p.x, e1);
        s10 = add_square(s10, p.y, e0); s11 = add_square(s11, p.y, e1);
        s20 = add_square(s20, p.z, e0); s21 = add_square(s21, p.z, e1);
        s30 = add_square(s30, p.w, e0); s31 = add_square(s31, p.w, e1);
        s40 = add_square(s40, q.x, e0); s41 = add_square(s41, q.x, e1);
        s50 = add_square(s50, q.y, e0); s51 = add_square(s51, q.y, e1);
        s60 = add_square(s60, q.z, e0); s61 = add_square(s61, q.z, e1);
        s70 = add_square(s70, q.w, e0); s71 = add_square(s71, q.w, e1);
        at += params.quads;
      }
      {
        let e0 = columns[at]; let e1 = columns[at + 4u];
        let p = subgroupBroadcast(a, 2u); let q = subgroupBroadcast(b, 2u);
        s00 = add_square(s00, p.x, e0); s01 = add_square(s01, p.x, e1);
        s10 = add_square(s10, p.y, e0); s11 = add_square(s11, p.y, e1);
        s20 = add_square(s20, p.z, e0); s21 = add_square(s21, p.z, e1);
        s30 = add_square(s30, p.w, e0); s31 = add_square(s31, p.w, e1);
        s40 = add_square(s40, q.x, e0); s41 = add_square(s41, q.x, e1);
        s50 = add_square(s50, q.y, e0); s51 = add_square(s51, q.y, e1);
        s60 = add_square(s60, q.z, e0); s61 = add_square(s61, q.z, e1);
        s70 = add_square(s70, q.w, e0); s71 = add_square(s71, q.w, e1);
        at += params.quads;
      }
      {
        let e0 = columns[at]; let e1 = columns[at + 4u];
        let p = subgroupBroadcast(a, 3u); let q = subgroupBroadcast(b, 3u);
        s00 = add_square(s00, p.x, e0); s01 = add_square(s01, p.x, e1);
        s10 = add_square(s10, p.y, e0); s11 = add_square(s11, p.y, e1);
        s20 = add_square(s20, p.z, e0); s21 = add_square(s21, p.z, e1);
        s30 = add_square(s30, p.w, e0); s31 = add_square(s31, p.w, e1);
        s40 = add_square(s40, q.x, e0); s41 = add_square(s41, q.x, e1);
        s50 = add_square(s50, q.y, e0); s51 = add_square(s51, q.y, e1);
        s60 = add_square(s60, q.z, e0); s61 = add_square(s61, q.z, e1);
        s70 = add_square(s70, q.w, e0); s71 = add_square(s71, q.w, e1);
      }
    }
    let k0 = (quad + lane) * 4u;
    low = consider(low, vec4<f32>(s00.x, s10.x, s20.x, s30.x), k0, params.codes);
    high = consider(high, vec4<f32>(s40.x, s50.x, s60.x, s70.x), k0, params.codes);
    low = consider(low, vec4<f32>(s00.y, s10.y, s20.y, s30.y), k0 + 1u, params.codes);
    high = consider(high, vec4<f32>(s40.y, s50.y, s60.y, s70.y), k0 + 1u, params.codes);
    low = consider(low, vec4<f32>(s00.z, s10.z, s20.z, s30.z), k0 + 2u, params.codes);
    high = consider(high, vec4<f32>(s40.z, s50.z, s60.z, s70.z), k0 + 2u, params.codes);
    low = consider(low, vec4<f32>(s00.w, s10.w, s20.w, s30.w), k0 + 3u, params.codes);
    high = consider(high, vec4<f32>(s40.w, s50.w, s60.w, s70.w), k0 + 3u, params.codes);
    let k1 = (quad + lane + 4u) * 4u;
    low = consider(low, vec4<f32>(s01.x, s11.x, s21.x, s31.x), k1, params.codes);
    high = consider(high, vec4<f32>(s41.x, s51.x, s61.x, s71.x), k1, params.codes);
    low = consider(low, vec4<f32>(s01.y, s11.y, s21.y, s31.y), k1 + 1u, params.codes);
    high = consider(high, vec4<f32>(s41.y, s51.y, s61.y, s71.y), k1 + 1u, params.codes);
    low = consider(low, vec4<f32>(s01.z, s11.z, s21.z, s31.z), k1 + 2u, params.codes);
    high = consider(high, vec4<f32>(s41.z, s51.z, s61.z, s71.z), k1 + 2u, params.codes);
    low = consider(low, vec4<f32>(s01.w, s11.w, s21.w, s31.w), k1 + 3u, params.codes);
    high = consider(high, vec4<f32>(s41.w, s51.w, s61.w, s71.w), k1 + 3u, params.codes);
  }
  lane_distance[lane * 2u] = low.distance;
  lane_code[lane * 2u] = low.code;
  lane_distance[lane * 2u + 1u] = high.distance;
  lane_code[lane * 2u + 1u] = high.code;
  workgroupBarrier();
  for (var r = lane; r < 8u; r += 4u) {
    var best = lane_distance[r / 4u][r % 4u];
    var best_code = lane_code[r / 4u][r % 4u];
    for (var other = 1u; other < 4u; other++) {
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
