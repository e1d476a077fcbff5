// The k best of `segments` consecutive segments, by descending the tree: the k best elements lie below the k best nodes
// of every level, and none of them comes after the worst of those k nodes, so few children are left to rank. Survivors
// are appended in any order and ranked by counting the better ones in a total order: the result does not depend on the
// order of lanes. Two barriers a level. Afterwards picked[rank], rank < kept, is a position.
// The including kernel declares `override LANES`, `keys: array<vec2<u32>>` (read), `values: array<f32>` (level 0) and params.segments and
// params.k beside those of lib/top_order.wgsl. k <= 64 and segments * level_width(levels) <= 64.
// include: lib/top_order.wgsl

var<workgroup> pool: array<vec2<u32>, 512>;
var<workgroup> picked: array<u32, 64>;
// Survivors of the level; levels alternate, so that one count is cleared while the other is read.
var<workgroup> survivors: array<atomic<u32>, 2>;
var<workgroup> bound: vec2<u32>;

fn node_entry(level: u32, first_segment: u32, segment: u32, node: u32) -> vec2<u32> {
  if (level == 0u) {
    let position = segment * params.width + node;
    return vec2<u32>(order_key(values[first_segment * params.width + position]), position);
  }
  return keys[level_offset(level) + (first_segment + segment) * level_width(level) + node];
}

// Number of positions in `picked`, which are those of rank < k, best first.
fn select_top(lane: u32, first_segment: u32) -> u32 {
  if (lane == 0u) {
    atomicStore(&survivors[0], 0u);
    atomicStore(&survivors[1], 0u);
    bound = vec2<u32>(0u, 0xffffffffu);
  }
  workgroupBarrier();
  var kept = 0u;
  for (var step = 0u; step <= params.levels; step++) {
    let level = params.levels - step;
    let width = level_width(level);
    let worst = bound;
    let count = select(kept * FAN, params.segments * width, step == 0u);
    for (var e = lane; e < count; e += LANES) {
      var segment = e / width;
      var node = e % width;
      if (step > 0u) {
        let parent = picked[e / FAN];
        segment = parent / params.width;
        node = child_of(level + 1u, node_above(level + 1u, parent % params.width), e % FAN);
      }
      if (node < width) {
        let entry = node_entry(level, first_segment, segment, node);
        if (!is_better(worst, entry)) { pool[atomicAdd(&survivors[step & 1u], 1u)] = entry; }
      }
    }
    workgroupBarrier();
    let left = atomicLoad(&survivors[step & 1u]);
    kept = min(left, params.k);
    for (var e = lane; e < left; e += LANES) {
      let mine = pool[e];
      var rank = 0u;
      for (var o = 0u; o < left; o++) { rank += select(0u, 1u, is_better(pool[o], mine)); }
      if (rank < params.k) { picked[rank] = mine.y; }
      if (rank == params.k - 1u) { bound = mine; }
    }
    if (lane == 0u) { atomicStore(&survivors[(step + 1u) & 1u], 0u); }
    workgroupBarrier();
  }
  return kept;
}
