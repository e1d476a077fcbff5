// nearest_code_tile: assign rows to codebook entries without any optional feature; fast twin of nearest_code_plain.
//   x        [N, D]             f32 in
//   columns  [depth, width / 4] vec4 f32 in    the codebook by column (codebook_columns), zero-padded to width % 64 == 0
//   code     [N]                u32 out        index of the entry at least squared L2 distance; ties to the smaller index
//   distance [N]                f32 out        that squared distance
// A group of 64 lanes = 4 blocks of 4 rows x 16 column lanes takes 16 rows and walks all codes, 64 at a time; each lane
// keeps 4 rows x 4 codes of sums in registers. Neighbouring lanes read neighbouring vec4s of `columns` and the same values
// of x, which the cache serves; the 16 column lanes merge once at the end. No N x K table is stored. Sums of squared
// differences in order of d as in nearest_code_plain (which see for why not |e|^2 - 2 x.e).
// include: lib/code_best.wgsl

struct Params { rows: u32, codes: u32, dims: u32, quads: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> columns: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> code: array<u32>;
@group(0) @binding(3) var<storage, read_write> distance: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

const COLUMN_LANES = 16u;
var<workgroup> lane_distance: array<vec4<f32>, 64>;
var<workgroup> lane_code: array<vec4<u32>, 64>;

fn add_square(total: vec4<f32>, row: f32, entries: vec4<f32>) -> vec4<f32> {
  let t = row - entries;
  return fma(t, t, total);
}

@compute @workgroup_size(64)
fn nearest_code_tile(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = (group.x + group.y * groups.x) * 16u + (lane / COLUMN_LANES) * 4u;
  let column = lane % COLUMN_LANES;
  // Rows past the end repeat the last one and are not stored.
  let base = min(vec4<u32>(first, first + 1u, first + 2u, first + 3u), vec4<u32>(params.rows - 1u)) * params.dims;
  var held = Best(vec4<f32>(FARTHEST), vec4<u32>());
  for (var quad = 0u; quad < params.quads; quad += COLUMN_LANES) {
    var s0 = vec4<f32>();
    var s1 = vec4<f32>();
    var s2 = vec4<f32>();
    var s3 = vec4<f32>();
    var at = quad + column;
    for (var d = 0u; d < params.dims; d++) {
      let e = columns[at];
      at += params.quads;
      s0 = add_square(s0, x[base.x + d], e);
      s1 = add_square(s1, x[base.y + d], e);
      s2 = add_square(s2, x[base.z + d], e);
      s3 = add_square(s3, x[base.w + d], e);
    }
    let k = (quad + column) * 4u;
    held = consider(held, vec4<f32>(s0.x, s1.x, s2.x, s3.x), k, params.codes);
    held = consider(held, vec4<f32>(s0.y, s1.y, s2.y, s3.y), k + 1u, params.codes);
    held = consider(held, vec4<f32>(s0.z, s1.z, s2.z, s3.z), k + 2u, params.codes);
    held = consider(held, vec4<f32>(s0.w, s1.w, s2.w, s3.w), k + 3u, params.codes);
  }
  lane_distance[lane] = held.distance;
  lane_code[lane] = held.code;
  workgroupBarrier();
  // Four lanes of each block close one row each.
  let row = first + column;
  if (column < 4u && row < params.rows) {
    let block = lane - column;
    var best = lane_distance[block][column];
    var best_code = lane_code[block][column];
    for (var other = 1u; other < COLUMN_LANES; other++) {
      let d = lane_distance[block + other][column];
      let k = lane_code[block + other][column];
      if (d < best || (d == best && k < best_code)) { best = d; best_code = k; }
    }
    code[row] = best_code;
    distance[row] = best;
  }
}
