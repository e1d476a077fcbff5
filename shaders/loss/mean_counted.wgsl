// mean_counted: mean of the losses of rows whose target is a class and not `ignored`; 0 if there is none.
//   losses  [rows] f32 in    0 in ignored rows
//   targets [rows] u32 in
//   mean    [1]    f32 out
//   inverse [1]    f32 out   1 / number of rows counted, the gradient's factor
// One group; lanes stride over the rows and merge in a fixed tree. Counts are exact up to 2^24.
override LANES: u32 = 64;
// include: lib/tree_reduce.wgsl

struct Params { rows: u32, classes: u32, ignored: u32 }

@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> inverse: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn mean_counted(@builtin(local_invocation_index) lane: u32) {
  var total = 0.0;
  var count = 0.0;
  for (var row = lane; row < params.rows; row += LANES) {
    total += losses[row];
    count += select(0.0, 1.0, targets[row] < params.classes && targets[row] != params.ignored);
  }
  let sum = tree_sum(lane, total);
  let rows = tree_sum(lane, count);
  if (lane == 0u) {
    let factor = 1.0 / max(rows, 1.0);
    mean[0] = sum * factor;
    inverse[0] = factor;
  }
}
