// reduce_max: y[o, i] = max over m of x[o, m, i].
//   x [outer, middle, inner] f32 in
//   y [outer, inner]         f32 out
// One group an output, lanes stride over the middle axis.
override LANES: u32 = 64;
// include: lib/tree_reduce.wgsl

struct Params { outputs: u32, middle: u32, inner: u32 }
const LOWEST: f32 = -3.4028234663852886e38; // most negative finite f32; constants cannot be infinite

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn reduce_max(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let output = group.x + group.y * groups.x;
  let first = (output / params.inner) * params.middle * params.inner + output % params.inner;
  var best = LOWEST;
  if (output < params.outputs) {
    for (var m = lane; m < params.middle; m += LANES) { best = max(best, x[first + m * params.inner]); }
  }
  let top = tree_max(lane, best);
  if (lane == 0u && output < params.outputs) { y[output] = top; }
}
