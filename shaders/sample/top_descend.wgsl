// top_descend: the k best elements of each run of `segments` segments, best first; the second half of top-k.
//   values  [total, width] f32 in
//   keys    [..] vec2<u32> in    tree of best elements; not read when levels is 0
//   best    [total / segments, k] f32 out   the elements' own bits
//   indices [total / segments, k] u32 out   segment in the run * width + element
// One group a run. Ties go to the smaller index. k must not exceed segments * width.
// include: lib/top_select.wgsl

override LANES: u32 = 64;

struct Params { width: u32, total: u32, levels: u32, base: u32, segments: u32, k: u32 }

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> best: array<f32>;
@group(0) @binding(3) var<storage, read_write> indices: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn top_descend(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let run = min(group.x + group.y * groups.x, params.total / params.segments - 1u);
  let kept = select_top(lane, run * params.segments);
  for (var r = lane; r < kept; r += LANES) {
    let position = picked[r];
    best[run * params.k + r] = values[run * params.segments * params.width + position];
    indices[run * params.k + r] = position;
  }
}
