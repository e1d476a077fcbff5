// cross_entropy_grad: grad = (exp(logits - lse) - one at the target) * scale[row], zeros in ignored rows.
//   logits  [rows, width] f32 in
//   targets [rows]        u32 in    the row is ignored where it is `ignored` or no class
//   lse     [rows]        f32 in
//   scale   [rows]        f32 in    gradient of each row's loss
//   grad    [rows, width] f32 out
// Group x takes LANES * RUN columns, group y and z the row: no division, and the row's scalars are the same in all lanes.
// `width` in Params counts elements.
override LANES: u32 = 64;
override RUN: u32 = 4;

struct Params { rows: u32, width: u32, classes: u32, ignored: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read> lse: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> grad: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn cross_entropy_grad(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.y + group.z * groups.y;
  if (row >= params.rows) { return; }
  let first = row * params.width;
  let begin = group.x * LANES * RUN + lane;
  let end = min(group.x * LANES * RUN + LANES * RUN, params.width);
  let target_class = targets[row];
  if (target_class >= params.classes || target_class == params.ignored) {
    for (var c = begin; c < end; c += LANES) { grad[first + c] = f32(); }
    return;
  }
  let level = lse[row];
  let row_scale = scale[row];
  for (var c = begin; c < end; c += LANES) {
    let i = first + c;
    grad[i] = exp(logits[i] - level) * row_scale;
  }
  // The target again, by the lane that wrote it: a comparison less for every other.
  let hot = target_class;
  if (hot >= begin && hot < end && (hot - begin) % LANES == 0u) {
    grad[first + hot] = (exp(logits[first + hot] - level) - 1.0) * row_scale;
  }
}
