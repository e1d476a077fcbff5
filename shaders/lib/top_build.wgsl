// Builds the tree over elements [first, end) of a segment by one group, a barrier a level. `first` is a multiple of SPAN
// and of the elements below a node of the highest level. `shift` is added to positions (segment in its run * width).
// The including kernel declares `override LANES`, `keys: array<vec2<u32>>` (read_write) and
// `fn element_value(segment: u32, element: u32) -> f32`, called once for each element.
// include: lib/top_order.wgsl

fn build_levels(lane: u32, segment: u32, first: u32, end: u32, shift: u32) {
  if (params.levels == 0u) {
    for (var e = first + lane; e < end; e += LANES) { _ = element_value(segment, e); }
    return;
  }
  var start = first / FAN;
  var stop = first_level(end);
  var offset = level_offset(1u) + segment * level_width(1u);
  for (var node = start + lane; node < stop; node += LANES) {
    var best = vec2<u32>(0u, 0u);
    for (var i = 0u; i < FAN; i++) {
      let e = child_of(1u, node, i);
      if (e < end) {
        let key = order_key(element_value(segment, e));
        best = select(best, vec2<u32>(key, shift + e), key > best.x);
      }
    }
    keys[offset + node] = best;
  }
  for (var level = 2u; level <= params.levels; level++) {
    storageBarrier();
    let below = offset;
    let below_stop = stop;
    start /= FAN;
    stop = (stop + FAN - 1u) / FAN;
    offset = level_offset(level) + segment * level_width(level);
    for (var node = start + lane; node < stop; node += LANES) {
      var best = keys[below + node * FAN];
      for (var child = node * FAN + 1u; child < min(node * FAN + FAN, below_stop); child++) {
        let other = keys[below + child];
        if (is_better(other, best)) { best = other; }
      }
      keys[offset + node] = best;
    }
  }
}
