// unfold: the window of every output position of a 2-D convolution as one row (im2col), zeros outside the picture.
//   x [batch, height, width, channels]                       f32 in
//   y [batch, rows, columns, kernel, kernel, channels]       f32 out
// y[b, oy, ox, ky, kx, :] = x[b, oy*stride + ky - padding, ox*stride + kx - padding, :]. One tap (b, oy, ox, ky, kx) a
// lane, which copies its channels one after another: the index divisions are paid once a tap, not once an element.
// include: lib/linear_index.wgsl
override LANES: u32 = 64;

struct Params {
  taps: u32, height: u32, width: u32, channels: u32,
  rows: u32, columns: u32, kernel: u32, stride: u32, padding: u32
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn unfold(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let tap = linear_index(group, groups, lane, LANES);
  if (tap >= params.taps) { return; }
  let kx = tap % params.kernel;
  let ky = tap / params.kernel % params.kernel;
  let place = tap / params.kernel / params.kernel;
  let ox = place % params.columns;
  let oy = place / params.columns % params.rows;
  let item = place / params.columns / params.rows;
  // Unsigned: left of or above the picture wraps to a huge number, which is outside as well.
  let ix = ox * params.stride + kx - params.padding;
  let iy = oy * params.stride + ky - params.padding;
  let is_inside = ix < params.width && iy < params.height;
  let start = ((item * params.height + iy) * params.width + ix) * params.channels;
  for (var c = 0u; c < params.channels; c++) {
    var value = 0.0;
    if (is_inside) { value = x[start + c]; }
    y[tap * params.channels + c] = value;
  }
}
