// spread: y[o, m, i] = scale x[o, i], the gradient of reduce_sum.
//   x [outer, inner]         f32 in
//   y [outer, middle, inner] f32 out
// RUN elements a lane, LANES apart: software adapters pay for each lane's start. REACH spares divisions, which software adapters do lane by lane: 0 general, 1 one number for all
// (outer and inner 1), 2 each number for a run (inner 1), 3 the whole of x again and again (outer 1).
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;
override REACH: u32 = 0;

struct Params { count: u32, middle: u32, inner: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn spread(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, params.count);
  for (var i = first + lane; i < end; i += LANES) {
    var j = 0u;
    switch REACH {
      case 1u: {}
      case 2u: { j = i / params.middle; }
      case 3u: { j = i % params.inner; }
      default: { j = (i / (params.middle * params.inner)) * params.inner + i % params.inner; }
    }
    y[i] = params.scale * x[j];
  }
}
