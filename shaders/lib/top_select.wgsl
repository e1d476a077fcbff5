// The k best of `segments` consecutive segments, by descending the tree of maxima: the k best elements lie below the k
// best nodes of every level (a node counts as its best element; the order is total). On each level at most POOL entries
// are ranked by counting the better ones, which needs no sorting network and two barriers. Afterwards picked[rank] of
// level 0 is the position (segment in the group * width + element), or NOTHING.
// The including kernel declares `keys` (read), `values` (array<f32>, level 0) and params.segments, params.k
// beside those of lib/top_order.wgsl. k <= 64 and segments * level_width(levels) <= POOL.
// include: lib/top_order.wgsl
const POOL: u32 = 512u;
const MOST: u32 = 64u;
const LANES: u32 = 64u;
const NOTHING: u32 = 0xffffffffu;

var<workgroup> pool: array<vec2<u32>, POOL>;
// Levels alternate between the halves, so that one is cleared while the other is read.
var<workgroup> picked: array<u32, 128>;

fn entry_key(level: u32, offset: u32, index: u32) -> u32 {
  if (level == 0u) { return order_key(values[index]); }
  return keys[offset + index];
}

// Entries of the four slots lane, lane + LANES … of a half of the pool: keys and positions.
fn four(lane: u32, half: u32) -> array<vec4<u32>, 2> {
  let e = half * 4u * LANES + lane;
  let a = pool[e];
  let b = pool[e + LANES];
  let c = pool[e + 2u * LANES];
  let d = pool[e + 3u * LANES];
  return array<vec4<u32>, 2>(vec4<u32>(a.x, b.x, c.x, d.x), vec4<u32>(a.y, b.y, c.y, d.y));
}

fn is_before(other: vec2<u32>, keys4: vec4<u32>, positions4: vec4<u32>) -> vec4<u32> {
  let key = vec4<u32>(other.x);
  return select(vec4<u32>(0u), vec4<u32>(1u), (key > keys4) | ((key == keys4) & (vec4<u32>(other.y) < positions4)));
}

fn keep_picked(half: u32, ranks: vec4<u32>, positions: vec4<u32>) {
  for (var i = 0u; i < 4u; i++) {
    if (ranks[i] < params.k && positions[i] != NOTHING) { picked[half + ranks[i]] = positions[i]; }
  }
}

// Ranks pool[0, count), the rest being NOTHING, and writes the positions of rank < k. A lane holds its eight entries in
// registers, so each entry of the pool is fetched once for eight comparisons.
fn rank_pool(lane: u32, level: u32, count: u32) {
  let half = (level & 1u) * MOST;
  let low = four(lane, 0u);
  let high = four(lane, 1u);
  var low_ranks = vec4<u32>(0u);
  var high_ranks = vec4<u32>(0u);
  for (var o = 0u; o < count; o++) {
    let other = pool[o];
    low_ranks += is_before(other, low[0], low[1]);
    high_ranks += is_before(other, high[0], high[1]);
  }
  keep_picked(half, low_ranks, low[1]);
  keep_picked(half, high_ranks, high[1]);
}

fn select_top(lane: u32, first_segment: u32) {
  var level = params.levels;
  var width = level_width(level);
  var offset = level_offset(max(level, 1u));
  var count = params.segments * width;
  for (var e = lane; e < POOL; e += LANES) {
    var entry = vec2<u32>(0u, NOTHING);
    if (e < count) { entry = vec2<u32>(entry_key(level, offset, first_segment * width + e), e); }
    pool[e] = entry;
  }
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
    for (var e = lane; e < POOL; e += LANES) {
      let parent = select(NOTHING, picked[above_half + e / FAN], e < count);
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
