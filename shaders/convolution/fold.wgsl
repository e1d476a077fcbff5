// fold: the adjoint of unfold (col2im): every picture element adds up the window entries that show it.
//   y [batch, rows, columns, kernel, kernel, channels]       f32 in
//   x [batch, height, width, channels]                       f32 out
// x[b, iy, ix, c] = sum over ky, kx of y[b, oy, ox, ky, kx, c] where oy*stride + ky - padding = iy and likewise for x.
// One element a lane; taps are added with ky outermost, ascending: one writer an element and a fixed order.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params {
  count: u32, height: u32, width: u32, channels: u32,
  rows: u32, columns: u32, kernel: u32, stride: u32, padding: u32
}

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn fold(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  if (i >= params.count) { return; }
  let c = i % params.channels;
  let pixel = i / params.channels;
  let ix = pixel % params.width;
  let iy = pixel / params.width % params.height;
  let item = pixel / params.width / params.height;
  var total = 0.0;
  for (var ky = 0u; ky < params.kernel; ky++) {
    let y_span = iy + params.padding - ky;
    let oy = y_span / params.stride;
    // A negative span wraps to a huge number, whose row is outside.
    if (ky > iy + params.padding || y_span % params.stride != 0u || oy >= params.rows) { continue; }
    for (var kx = 0u; kx < params.kernel; kx++) {
      let x_span = ix + params.padding - kx;
      let ox = x_span / params.stride;
      if (kx > ix + params.padding || x_span % params.stride != 0u || ox >= params.columns) { continue; }
      let place = (item * params.rows + oy) * params.columns + ox;
      total += y[((place * params.kernel + ky) * params.kernel + kx) * params.channels + c];
    }
  }
  x[i] = total;
}
