// log(sum(exp(x))) of `count` logits by one group: each lane reduces its strided share about its own maximum, lane 0
// joins the shares in lane order. Two barriers; the same bits for every run. All lanes get the result; count 0 gives a
// number of no meaning. The including kernel declares `override LANES` and `logits: array<f32>`.
var<workgroup> share_top: array<f32, LANES>;
var<workgroup> share_sum: array<f32, LANES>;
var<workgroup> log_sum: f32;
const LOWEST: f32 = -3.4028234663852886e38;

fn row_log_sum(lane: u32, first: u32, count: u32) -> f32 {
  var top = LOWEST;
  for (var i = lane; i < count; i += LANES) { top = max(top, logits[first + i]); }
  var sum = 0.0;
  for (var i = lane; i < count; i += LANES) { sum += exp(logits[first + i] - top); }
  share_top[lane] = top;
  share_sum[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var all_top = LOWEST;
    for (var l = 0u; l < LANES; l++) { all_top = max(all_top, share_top[l]); }
    var total = 0.0;
    for (var l = 0u; l < LANES; l++) {
      if (share_sum[l] > 0.0) { total += share_sum[l] * exp(share_top[l] - all_top); }
    }
    log_sum = all_top + log(max(total, 1e-30));
  }
  workgroupBarrier();
  return log_sum;
}
