// binary: y[i] = a[i] op b[(i / inner) mod middle], op chosen by KIND: 0 add, 1 subtract, 2 multiply, 3 divide.
//   a [count]  f32 in
//   b [middle] f32 in
//   y [count]  f32 out
// RUN elements a lane, LANES apart: software adapters pay for each lane's start. REACH spares divisions, which software adapters do lane by lane: 0 general, 1 b has a's shape,
// 2 b is one number, 3 b is a trailing block (inner 1).
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;
override KIND: u32 = 0;
override REACH: u32 = 0;

struct Params { count: u32, middle: u32, inner: u32 }

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn binary(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, params.count);
  for (var i = first + lane; i < end; i += LANES) {
    let p = a[i];
    var j = i;
    switch REACH {
      case 1u: {}
      case 2u: { j = 0u; }
      case 3u: { j = i % params.middle; }
      default: { j = (i / params.inner) % params.middle; }
    }
    let q = b[j];
    switch KIND {
      case 0u: { y[i] = p + q; }
      case 1u: { y[i] = p - q; }
      case 2u: { y[i] = p * q; }
      default: { y[i] = p / q; }
    }
  }
}
