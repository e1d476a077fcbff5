// cross_entropy: loss = log(sum exp(logits)) - logits[target], row by row, safe for any finite logits.
//   logits  [rows, width] f32 in
//   targets [rows]        u32 in    the row is ignored (loss 0) where it is `ignored` or no class
//   losses  [rows]        f32 out
//   lse     [rows]        f32 out   log of the sum of exponentials, kept for the gradient
// SPAN lanes a row, LANES / SPAN rows a group, folded over x and y. Two passes, maximum then sum: one exponential an
// element, where a running maximum takes two. `width` in Params counts elements.
override LANES: u32 = 64;
override SPAN: u32 = 64;
// include: lib/row_reduce.wgsl

struct Params { rows: u32, width: u32, classes: u32, ignored: u32 }
const LOWEST: f32 = -3.4028234663852886e38; // most negative finite f32; constants cannot be infinite

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(3) var<storage, read_write> lse: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn cross_entropy(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (LANES / SPAN) + lane / SPAN;
  let part = lane % SPAN;
  let first = row * params.width;
  let end = select(0u, params.width, row < params.rows);
  var best = LOWEST;
  for (var c = part; c < end; c += SPAN) { best = max(best, logits[first + c]); }
  let top = row_max(lane, best);
  var total = 0.0;
  for (var c = part; c < end; c += SPAN) { total += exp(logits[first + c] - top); }
  let level = log(row_sum(lane, total));
  if (part == 0u && row < params.rows) {
    lse[row] = top + level;
    var loss = 0.0;
    if (targets[row] < params.classes && targets[row] != params.ignored) { loss = (top - logits[first + targets[row]]) + level; }
    losses[row] = loss;
  }
}
