// Builds the tree of maxima over elements [first, end) of a segment, `first` a multiple of FAN^levels; one group, one
// barrier a level from the second on. The including kernel declares `override LANES`, `keys` (read_write) and
// `fn element_key(segment: u32, element: u32) -> u32`, called once for each element.
// include: lib/top_order.wgsl

fn build_levels(lane: u32, segment: u32, first: u32, end: u32) {
  if (params.levels == 0u) {
    for (var e = first + lane; e < end; e += LANES) { _ = element_key(segment, e); }
    return;
  }
  var start = first;
  var stop = end;
  for (var level = 1u; level <= params.levels; level++) {
    let below_start = start;
    let below_stop = stop;
    start = below_start / FAN;
    stop = (below_stop + FAN - 1u) / FAN;
    let offset = level_offset(level) + segment * level_width(level);
    let below = level_offset(max(level, 2u) - 1u) + segment * level_width(level - 1u);
    for (var c = start + lane; c < stop; c += LANES) {
      var best = 0u;
      for (var child = c * FAN; child < min(c * FAN + FAN, below_stop); child++) {
        if (level == 1u) { best = max(best, element_key(segment, child)); } else { best = max(best, keys[below + child]); }
      }
      keys[offset + c] = best;
    }
    if (level < params.levels) { storageBarrier(); }
  }
}
