// Sum and maximum over the SPAN lanes (a power of two) that share a row, in a fixed tree; every one of them gets the
// result. With SPAN 1 a lane owns its row and there is no barrier, which is what software adapters want for short rows.
// The including kernel declares `override LANES: u32` and `override SPAN: u32`.
var<workgroup> row_tree: array<f32, LANES>;

fn row_sum(lane: u32, value: f32) -> f32 {
  if (SPAN == 1u) { return value; }
  row_tree[lane] = value;
  workgroupBarrier();
  for (var half = SPAN / 2u; half > 0u; half >>= 1u) {
    if (lane % SPAN < half) { row_tree[lane] += row_tree[lane + half]; }
    workgroupBarrier();
  }
  let total = row_tree[lane - lane % SPAN];
  workgroupBarrier();
  return total;
}

fn row_max(lane: u32, value: f32) -> f32 {
  if (SPAN == 1u) { return value; }
  row_tree[lane] = value;
  workgroupBarrier();
  for (var half = SPAN / 2u; half > 0u; half >>= 1u) {
    if (lane % SPAN < half) { row_tree[lane] = max(row_tree[lane], row_tree[lane + half]); }
    workgroupBarrier();
  }
  let top = row_tree[lane - lane % SPAN];
  workgroupBarrier();
  return top;
}
