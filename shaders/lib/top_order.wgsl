// Order and layout of the top-k kernels. Elements form `total` segments of `width`; above them stands a tree of maxima
// with FAN children a node, kept a level at a time in `keys`: level l has level_width(l) entries for each segment.
// Total order: value descending, then position ascending; NaN comes last. The including kernel declares a
// `params: Params` with u32 fields width, total (segments in all), levels and base (first word of level 1 in `keys`).
const FAN: u32 = 8u;

// u32 whose order is that of the floats, with -0 equal to +0 and NaN below everything.
fn order_key(x: f32) -> u32 {
  let bits = select(bitcast<u32>(x), 0u, x == 0.0);
  let is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  let key = select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
  return select(key, 1u, is_nan);
}

fn level_width(level: u32) -> u32 {
  var width = params.width;
  for (var l = 0u; l < level; l++) { width = (width + FAN - 1u) / FAN; }
  return width;
}

// First word of a level (1 or higher) in `keys`.
fn level_offset(level: u32) -> u32 {
  var offset = params.base;
  for (var l = 1u; l < level; l++) { offset += params.total * level_width(l); }
  return offset;
}
