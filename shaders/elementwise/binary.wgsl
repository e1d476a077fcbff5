// binary: y[i] = a[i] op b[(i / inner) mod middle], op chosen by KIND: 0 add, 1 subtract, 2 multiply, 3 divide.
//   a [count]  f32 in
//   b [middle] f32 in
//   y [count]  f32 out
// One element a lane.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override KIND: u32 = 0;

struct Params { count: u32, middle: u32, inner: u32 }

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn binary(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let p = a[i];
  let q = b[(i / params.inner) % params.middle];
  switch KIND {
    case 0u: { y[i] = p + q; }
    case 1u: { y[i] = p - q; }
    case 2u: { y[i] = p * q; }
    default: { y[i] = p / q; }
  }
}
