// strided_copy4: strided_copy of whole vectors: y[to(i)] = x[from(i)] over an index space of up to four axes.
//   x [.., 4] vec4 u32 in      read at from_offset + sum of index * from stride
//   y [.., 4] vec4 u32 out     written at to_offset + sum of index * to stride
// For copies whose last axis is contiguous on both sides and whose sizes, strides and offsets are multiples of four; all of
// Params counts vectors. A quarter of the index divisions, which software adapters do lane by lane. RUN vectors a lane,
// LANES apart, last axis fastest.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;
override RUN: u32 = 1;

struct Params {
  count: u32, size1: u32, size2: u32, size3: u32,
  from_offset: u32, from0: u32, from1: u32, from2: u32, from3: u32,
  to_offset: u32, to0: u32, to1: u32, to2: u32, to3: u32
}

@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<u32>>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn strided_copy4(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = linear_index(group, groups, 0u, LANES * RUN);
  let end = min(first + LANES * RUN, params.count);
  for (var i = first + lane; i < end; i += LANES) {
    let i3 = i % params.size3;
    let r3 = i / params.size3;
    let i2 = r3 % params.size2;
    let r2 = r3 / params.size2;
    let i1 = r2 % params.size1;
    let i0 = r2 / params.size1;
    let from_index = params.from_offset + i0 * params.from0 + i1 * params.from1 + i2 * params.from2 + i3 * params.from3;
    let to_index = params.to_offset + i0 * params.to0 + i1 * params.to1 + i2 * params.to2 + i3 * params.to3;
    y[to_index] = x[from_index];
  }
}
