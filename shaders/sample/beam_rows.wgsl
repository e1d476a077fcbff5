// beam_rows: candidate[b, v] = logits[b, v] - logSumExp(logits[b]) + scores[b], and the tree of best elements over each row.
//   logits     [total, width] f32 in
//   scores     [total] f32 in
//   candidates [total, width] f32 out
//   keys       [..] vec2<u32> out         levels 1.. of lib/top_order.wgsl
// One group a row. Rounding order: (logit - logSumExp) + score.
// include: lib/top_build.wgsl
// include: lib/row_log_sum.wgsl
override LANES: u32 = 64;

struct Params { width: u32, total: u32, levels: u32, base: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read_write> candidates: array<f32>;
@group(0) @binding(3) var<storage, read_write> keys: array<vec2<u32>>;
@group(0) @binding(4) var<uniform> params: Params;

var<private> row_log: f32;
var<private> row_score: f32;

fn element_value(segment: u32, element: u32) -> f32 {
  let at = segment * params.width + element;
  let candidate = (logits[at] - row_log) + row_score;
  candidates[at] = candidate;
  return candidate;
}

@compute @workgroup_size(LANES)
fn beam_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = min(group.x + group.y * groups.x, params.total - 1u);
  row_log = row_log_sum(lane, row * params.width, params.width);
  row_score = scores[row];
  build_levels(lane, row, 0u, params.width, row * params.width);
}
