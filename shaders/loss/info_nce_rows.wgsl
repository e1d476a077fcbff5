// info_nce_rows: loss of each row of scores and, in place, softmax minus identity: the gradient up to a factor.
//   ids    [columns] u32 in    HAS_IDS, else unused; an equal number elsewhere in the row is no negative
//   scores [rows, columns] f32 in/out    rows first.. of the square score matrix; STORES: replaced by softmax - identity
//   losses [rows] f32 out      log of the sum of exp(score), less the score of the row's own column
// One group a row: each lane keeps a running maximum and sum over its columns (Milakov & Gimelshein 2018), merged in a
// fixed tree, so the sum's order depends on LANES only. LANES is a power of two.
override LANES: u32 = 64;
override HAS_IDS: bool = false;
override STORES: bool = true;
// include: lib/tree_reduce.wgsl

struct Params { rows: u32, columns: u32, first: u32 }

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

const LOWEST: f32 = -3.4028234663852886e38; // stands in for -infinity

@compute @workgroup_size(LANES)
fn info_nce_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x + group.y * groups.x;
  let is_real = row < params.rows;
  let own = params.first + row;
  let base = min(row, params.rows - 1u) * params.columns;
  let own_score = scores[base + own];
  var top = LOWEST;
  var mass = 0.0;
  for (var j = lane; j < params.columns; j += LANES) {
    if (is_negative(j, own) || j == own) {
      let score = scores[base + j];
      let higher = max(top, score);
      mass = mass * exp(max(top - higher, -100.0)) + exp(max(score - higher, -100.0));
      top = higher;
    }
  }
  let row_top = tree_max(lane, top);
  let row_mass = tree_sum(lane, mass * exp(max(top - row_top, -100.0)));
  if (lane == 0u && is_real) { losses[row] = row_top - own_score + log(row_mass); }
  if (STORES && is_real) {
    for (var j = lane; j < params.columns; j += LANES) {
      let weight = exp(max(scores[base + j] - row_top, -100.0)) / row_mass;
      scores[base + j] = select(select(0.0, weight, is_negative(j, own)), weight - 1.0, j == own);
    }
  }
}

fn is_negative(column: u32, own: u32) -> bool {
  if (!HAS_IDS) { return true; }
  return ids[column] != ids[own];
}
