// cross_entropy: loss = log(sum exp(logits)) - logits[target], row by row, safe for any finite logits.
//   logits  [rows, width] f32 in
//   targets [rows]        u32 in    the row is ignored (loss 0) where it is `ignored` or no class
//   losses  [rows]        f32 out
//   lse     [rows]        f32 out   log of the sum of exponentials, kept for the gradient
// SPAN lanes a row, LANES / SPAN rows a group, folded over x and y. One pass: each lane keeps the sum of its share about a
// running maximum (Milakov & Gimelshein 2018), four elements a turn, and rescales it only when the maximum rises. `width` in Params counts elements.
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
  var total = 0.0;
  var c = part;
  for (; c + 3u * SPAN < end; c += 4u * SPAN) {
    let x = vec4<f32>(logits[first + c], logits[first + c + SPAN], logits[first + c + 2u * SPAN], logits[first + c + 3u * SPAN]);
    let rise = max(max(x.x, x.y), max(x.z, x.w));
    if (rise > best) { total *= exp(best - rise); best = rise; }
    let mass = exp(x - vec4<f32>(best));
    total += (mass.x + mass.y) + (mass.z + mass.w);
  }
  for (; c < end; c += SPAN) {
    let x = logits[first + c];
    if (x > best) { total *= exp(best - x); best = x; }
    total += exp(x - best);
  }
  let top = row_max(lane, best);
  let level = log(row_sum(lane, total * exp(best - top)));
  if (part == 0u && row < params.rows) {
    lse[row] = top + level;
    var loss = 0.0;
    if (targets[row] < params.classes && targets[row] != params.ignored) { loss = (top - logits[first + targets[row]]) + level; }
    losses[row] = loss;
  }
}
