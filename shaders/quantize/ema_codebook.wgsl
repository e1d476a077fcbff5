// ema_codebook: moving-average update of one level's codebook (van den Oord et al. 2017, appendix A.1, with the smoothed
// counts of its published code).
//   counts       [K]    f32 in    n, rows assigned to each code in this batch
//   sums         [K, D] f32 in    s, their sum
//   old_count    [K]    f32 in    N
//   old_sum      [K, D] f32 in    M
//   new_count    [K]    f32 out   N' = decay N + (1 - decay) n
//   new_sum      [K, D] f32 out   M' = decay M + (1 - decay) s
//   new_codebook [K, D] f32 out   M' / (total (N' + eps) / (total + K eps)), total = sum of N'
// One group a code: every group forms the same total in the same fixed tree (K is small next to K D), then its lanes take
// the columns. 64 lanes suit widths of 64 to 128.
override LANES: u32 = 64;
// include: lib/tree_reduce.wgsl

struct Params { codes: u32, dims: u32, decay: f32, gain: f32, eps: f32 }

@group(0) @binding(0) var<storage, read> counts: array<f32>;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> old_count: array<f32>;
@group(0) @binding(3) var<storage, read> old_sum: array<f32>;
@group(0) @binding(4) var<storage, read_write> new_count: array<f32>;
@group(0) @binding(5) var<storage, read_write> new_sum: array<f32>;
@group(0) @binding(6) var<storage, read_write> new_codebook: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

fn moved_count(k: u32) -> f32 { return params.decay * old_count[k] + params.gain * counts[k]; }

@compute @workgroup_size(LANES)
fn ema_codebook(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let k = group.x + group.y * groups.x;
  var partial = 0.0;
  for (var j = lane; j < params.codes; j += LANES) { partial += moved_count(j); }
  let total = tree_sum(lane, partial);
  if (k < params.codes) {
    let count = moved_count(k);
    let smoothed = total * (count + params.eps) / (total + f32(params.codes) * params.eps);
    if (lane == 0u) { new_count[k] = count; }
    for (var d = lane; d < params.dims; d += LANES) {
      let moved = params.decay * old_sum[k * params.dims + d] + params.gain * sums[k * params.dims + d];
      new_sum[k * params.dims + d] = moved;
      new_codebook[k * params.dims + d] = moved / smoothed;
    }
  }
}
