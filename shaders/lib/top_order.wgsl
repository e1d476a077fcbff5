// Order and layout of the top-k kernels. Elements form `total` segments of `width`. Over each segment stands a tree whose
// nodes hold their best element as (key, position), position = segment in the group * width + element; `keys` keeps it a
// level at a time, level l having level_width(l) nodes for each segment. A node of level 1 has the FAN elements
// e0 + COLUMNS * i of a span of 512, so that neighbouring lanes read neighbouring elements; higher nodes have FAN
// consecutive children. Total order: value descending, then position ascending; -0 equals +0, NaN comes last.
// The including kernel declares `params: Params` with u32 fields width, total (segments in all), levels and base (first
// node of level 1 in `keys`).
const FAN: u32 = 8u;
const COLUMNS: u32 = 64u;
const SPAN: u32 = 512u;

// u32 whose order is that of the floats.
fn order_key(x: f32) -> u32 {
  let bits = select(bitcast<u32>(x), 0u, x == 0.0);
  let is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  let key = select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
  return select(key, 1u, is_nan);
}

fn is_better(a: vec2<u32>, b: vec2<u32>) -> bool {
  return a.x > b.x || (a.x == b.x && a.y < b.y);
}

// Nodes of level 1 over the first `elements` of a segment.
fn first_level(elements: u32) -> u32 {
  return (elements / SPAN) * COLUMNS + min(elements % SPAN, COLUMNS);
}

fn level_width(level: u32) -> u32 {
  if (level == 0u) { return params.width; }
  var width = first_level(params.width);
  for (var l = 1u; l < level; l++) { width = (width + FAN - 1u) / FAN; }
  return width;
}

// First node of a level (1 or higher) in `keys`.
fn level_offset(level: u32) -> u32 {
  var offset = params.base;
  for (var l = 1u; l < level; l++) { offset += params.total * level_width(l); }
  return offset;
}

// Node of a level (1 or higher) above an element.
fn node_above(level: u32, element: u32) -> u32 {
  return ((element / SPAN) * COLUMNS + element % COLUMNS) >> (3u * (level - 1u));
}

// Child i of a node: an element if `level` is 1.
fn child_of(level: u32, node: u32, i: u32) -> u32 {
  return select(node * FAN + i, (node / COLUMNS) * SPAN + node % COLUMNS + i * COLUMNS, level == 1u);
}
