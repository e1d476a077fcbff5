// softmax_error: row losses log(sum exp(logits)) - logits[target] of a chunk of rows and, in place of the logits, their
// gradient (softmax(logits) - one at the target) * scale; a step of the chunked linear + cross-entropy.
//   logits  [rows, width]  vec4<f32> in-out  a chunk; gradients afterwards unless HAS_GRAD is 0. `width` counts vectors.
//   targets [all rows]     u32 in     the row is ignored (loss and gradient 0) where its target is no class
//   scale   [1]            f32 in     factor of the gradient (read only with HAS_GRAD)
//   losses  [all rows]     f32 out    from `first_row` on
// Columns from `classes` on fill the last vectors: they are no classes, their gradient is 0. SPAN lanes a row, LANES /
// SPAN rows a group, folded over x and y. Three passes over a row that the cache still holds: maximum, exponentials
// (stored in place) and their sum, gradient; one exponential an element. Sums in a fixed order.
override LANES: u32 = 64;
override SPAN: u32 = 64;
override HAS_GRAD: u32 = 1;
// include: lib/row_reduce.wgsl

struct Params { rows: u32, width: u32, classes: u32, first_row: u32 }
const LOWEST: f32 = -3.4028234663852886e38; // most negative finite f32; constants cannot be infinite

@group(0) @binding(0) var<storage, read> targets: array<u32>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> logits: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// The logits of vector c with the columns that are no classes made lowest.
fn masked(value: vec4<f32>, c: u32) -> vec4<f32> {
  return select(vec4<f32>(LOWEST), value, vec4<u32>(c * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(params.classes));
}

@compute @workgroup_size(LANES)
fn softmax_error(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (LANES / SPAN) + lane / SPAN;
  let part = lane % SPAN;
  let first = row * params.width;
  let is_row = row < params.rows;
  let whole = select(0u, params.classes / 4u, is_row); // vectors of classes only
  let end = select(0u, params.width, is_row);
  let tail = whole + (part + SPAN - whole % SPAN) % SPAN; // this lane's first vector from `whole` on

  var best = vec4<f32>(LOWEST);
  for (var c = part; c < whole; c += SPAN) { best = max(best, logits[first + c]); }
  for (var c = tail; c < end; c += SPAN) { best = max(best, masked(logits[first + c], c)); }
  let top = row_max(lane, max(max(best.x, best.y), max(best.z, best.w)));

  let target_class = select(0xffffffffu, targets[min(params.first_row + row, arrayLength(&targets) - 1u)], is_row);
  let is_counted = target_class < params.classes;
  var loss = 0.0;
  if (is_counted && part == 0u) { loss = top - logits[first + target_class / 4u][target_class % 4u]; }
  storageBarrier(); // the target's logit is read before its exponential replaces it
  workgroupBarrier();

  var total = vec4<f32>();
  for (var c = part; c < whole; c += SPAN) {
    let e = exp(logits[first + c] - vec4<f32>(top));
    total += e;
    if (HAS_GRAD == 1u) { logits[first + c] = e; }
  }
  for (var c = tail; c < end; c += SPAN) {
    let kept = vec4<u32>(c * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(params.classes);
    let e = select(vec4<f32>(), exp(masked(logits[first + c], c) - vec4<f32>(top)), kept);
    total += e;
    if (HAS_GRAD == 1u) { logits[first + c] = e; }
  }
  let sum = row_sum(lane, (total.x + total.y) + (total.z + total.w));
  if (part == 0u && is_row) { losses[params.first_row + row] = select(0.0, loss + log(sum), is_counted); }
  if (HAS_GRAD == 0u) { return; }

  let factor = select(0.0, scale[0], is_counted);
  let share = factor / max(sum, 1e-37);
  for (var c = part; c < end; c += SPAN) {
    var grad = logits[first + c] * share;
    if (c == target_class / 4u && is_counted) { grad[target_class % 4u] -= factor; }
    logits[first + c] = grad;
  }
}
