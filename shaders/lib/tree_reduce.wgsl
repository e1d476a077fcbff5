// Sum and maximum over the LANES (a power of two) lanes of a group, in a fixed tree; every lane gets the result.
// The including kernel declares `override LANES: u32`.
var<workgroup> tree: array<f32, LANES>;

fn tree_sum(lane: u32, value: f32) -> f32 {
  tree[lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    if (lane < half) { tree[lane] += tree[lane + half]; }
    workgroupBarrier();
  }
  let total = tree[0];
  workgroupBarrier();
  return total;
}

fn tree_max(lane: u32, value: f32) -> f32 {
  tree[lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    if (lane < half) { tree[lane] = max(tree[lane], tree[lane + half]); }
    workgroupBarrier();
  }
  let top = tree[0];
  workgroupBarrier();
  return top;
}
