// reduce_columns: y[o, i] = scale * sum over m of x[o, m, i], for a wide inner axis.
//   x [outer, middle, inner] f32 in
//   y [outer, inner]         f32 out
// One output a lane, neighbours read neighbouring columns; the sum runs in order of m. The twin of reduce_sum for
// inner > 1, where a group per output would read with a stride.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params { outputs: u32, middle: u32, inner: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn reduce_columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let output = linear_index(group, groups, lane, LANES);
  if (output >= params.outputs) { return; }
  let first = (output / params.inner) * params.middle * params.inner + output % params.inner;
  var total = 0.0;
  for (var m = 0u; m < params.middle; m++) { total += x[first + m * params.inner]; }
  y[output] = total * params.scale;
}
