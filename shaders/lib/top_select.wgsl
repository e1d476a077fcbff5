// The k best of `segments` consecutive segments, by descending the tree of maxima: the k best elements lie below the k
// best nodes of every level (a node counts as its best element; the order is total). On each level at most POOL entries
// are ranked by counting the better ones, which needs no sorting network and two barriers. Afterwards picked[rank] of
// level 0 is the position (segment in the group * width + element), or NOTHING.
// The including kernel declares `override LANES`, `keys` (read), `values` (array<f32>, level 0) and params.segments, params.k
// beside those of lib/top_order.wgsl. k <= 64 and segments * level_width(levels) <= POOL.
// include: lib/top_order.wgsl
const POOL: u32 = 512u;
const MOST: u32 = 64u;
const NOTHING: u32 = 0xffffffffu;

var<workgroup> pool: array<vec2<u32>, POOL>;
// Levels alternate between the halves, so that one is cleared while the other is read.
var<workgroup> picked: array<u32, 128>;

fn entry_key(level: u32, offset: u32, index: u32) -> u32 {
  if (level == 0u) { return order_key(values[index]); }
  return keys[offset + index];
}

// Ranks pool[0, count) and writes positions of rank < k.
fn rank_pool(lane: u32, level: u32, count: u32) {
  let half = (level & 1u) * MOST;
  for (var e = lane; e < count; e += LANES) {
    let mine = pool[e];
    var rank = 0u;
    for (var o = 0u; o < count; o++) {
      let other = pool[o];
      rank += select(0u, 1u, other.x > mine.x || (other.x == mine.x && other.y < mine.y));
    }
    if (rank < params.k && mine.y != NOTHING) { picked[half + rank] = mine.y; }
  }
}

fn select_top(lane: u32, first_segment: u32) {
  var level = params.levels;
  var width = level_width(level);
  var offset = level_offset(max(level, 1u));
  var count = params.segments * width;
  for (var e = lane; e < count; e += LANES) { pool[e] = vec2<u32>(entry_key(level, offset, first_segment * width + e), e); }
  for (var r = lane; r < MOST; r += LANES) { picked[(level & 1u) * MOST + r] = NOTHING; }
  workgroupBarrier();
  rank_pool(lane, level, count);
  workgroupBarrier();
  loop {
    if (level == 0u) { break; }
    let above_width = width;
    let above_half = (level & 1u) * MOST;
    level -= 1u;
    width = level_width(level);
    offset = level_offset(max(level, 1u));
    count = params.k * FAN;
    for (var e = lane; e < count; e += LANES) {
      let parent = picked[above_half + e / FAN];
      let segment = parent / above_width;
      let child = (parent % above_width) * FAN + e % FAN;
      var entry = vec2<u32>(0u, NOTHING);
      if (parent != NOTHING && child < width) {
        let position = segment * width + child;
        entry = vec2<u32>(entry_key(level, offset, first_segment * width + position), position);
      }
      pool[e] = entry;
    }
    for (var r = lane; r < MOST; r += LANES) { picked[(level & 1u) * MOST + r] = NOTHING; }
    workgroupBarrier();
    rank_pool(lane, level, count);
    workgroupBarrier();
  }
}
