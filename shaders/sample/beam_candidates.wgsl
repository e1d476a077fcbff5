// beam_candidates: scores of the children of each beam's trie node, and the tree of best elements over them.
//   logits      [total, stride] f32 in    the vocabulary is the first `vocabulary` columns
//   scores      [total] f32 in            cumulative
//   nodes       [total] u32 in            trie node of the beam, NOTHING when the beam is dead
//   child_start [nodes] u32 in            first edge of a node
//   child_count [nodes] u32 in
//   child_token [edges] u32 in
//   candidates  [total, width] f32 out    (logit[token] - logSumExp(row)) + score; LOWEST where there is no such child
//   keys        [..] vec2<u32> out        0..total-1: (first edge of the beam, 0); from `base`: levels 1..
// One group a beam. The logSumExp is over the whole vocabulary, not only the children. Children beyond `width` are a
// defect of the caller; tokens beyond the vocabulary give LOWEST.
// include: lib/top_build.wgsl
// include: lib/row_log_sum.wgsl
override LANES: u32 = 64;
const NOTHING: u32 = 0xffffffffu;

struct Params { width: u32, total: u32, levels: u32, base: u32, stride: u32, vocabulary: u32, segments: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read> nodes: array<u32>;
@group(0) @binding(3) var<storage, read> child_start: array<u32>;
@group(0) @binding(4) var<storage, read> child_count: array<u32>;
@group(0) @binding(5) var<storage, read> child_token: array<u32>;
@group(0) @binding(6) var<storage, read_write> candidates: array<f32>;
@group(0) @binding(7) var<storage, read_write> keys: array<vec2<u32>>;
@group(0) @binding(8) var<uniform> params: Params;

var<private> row_log: f32;
var<private> row_score: f32;
var<private> first_edge: u32;
var<private> edge_count: u32;

fn element_value(segment: u32, element: u32) -> f32 {
  var candidate = LOWEST;
  if (element < edge_count) {
    let token = child_token[first_edge + element];
    if (token < params.vocabulary) {
      candidate = max((logits[segment * params.stride + token] - row_log) + row_score, LOWEST);
    }
  }
  candidates[segment * params.width + element] = candidate;
  return candidate;
}

@compute @workgroup_size(LANES)
fn beam_candidates(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let beam = min(group.x + group.y * groups.x, params.total - 1u);
  let node = nodes[beam];
  let is_live = node != NOTHING;
  let known = select(0u, node, is_live);
  first_edge = child_start[known];
  edge_count = select(0u, child_count[known], is_live);
  row_log = row_log_sum(lane, beam * params.stride, select(0u, params.vocabulary, edge_count > 0u));
  row_score = scores[beam];
  if (lane == 0u) { keys[beam] = vec2<u32>(first_edge, 0u); }
  build_levels(lane, beam, 0u, params.width, (beam % params.segments) * params.width);
}
