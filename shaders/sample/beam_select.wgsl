// beam_select: the k best candidates of each user become the user's next beams, best first.
//   values      [total, width] f32 in   candidates of beam_candidates; `segments` beams a user
//   keys        [..] vec2<u32> in       first edge of each beam, then the tree of best elements
//   child_token [edges] u32 in
//   child_node  [edges] u32 in
//   next_scores [users, k] f32 out
//   tokens      [users, k] u32 out
//   next_nodes  [users, k] u32 out
//   parents     [users, k] u32 out      beam of the user that was extended
// One group a user. Ties go to the smaller (beam, token), children being in ascending token order. A beam for which there is
// no candidate is dead: score LOWEST, token 0, node NOTHING, parent 0.
// include: lib/top_select.wgsl
const NOTHING: u32 = 0xffffffffu;
const LOWEST: f32 = -3.4028234663852886e38;

override LANES: u32 = 64;

struct Params { width: u32, total: u32, levels: u32, base: u32, segments: u32, k: u32 }

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read> child_token: array<u32>;
@group(0) @binding(3) var<storage, read> child_node: array<u32>;
@group(0) @binding(4) var<storage, read_write> next_scores: array<f32>;
@group(0) @binding(5) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(6) var<storage, read_write> next_nodes: array<u32>;
@group(0) @binding(7) var<storage, read_write> parents: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn beam_select(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let user = min(group.x + group.y * groups.x, params.total / params.segments - 1u);
  let first_beam = user * params.segments;
  let kept = select_top(lane, first_beam);
  for (var r = lane; r < params.k; r += LANES) {
    var score = LOWEST;
    var token = 0u;
    var node = NOTHING;
    var parent = 0u;
    if (r < kept) {
      let position = picked[r];
      let candidate = values[first_beam * params.width + position];
      if (candidate > LOWEST) {
        parent = position / params.width;
        let edge = keys[first_beam + parent].x + position % params.width;
        score = candidate;
        token = child_token[edge];
        node = child_node[edge];
      }
    }
    let at = user * params.k + r;
    next_scores[at] = score;
    tokens[at] = token;
    next_nodes[at] = node;
    parents[at] = parent;
  }
}
