// attention_context: gathers the small things the backward kernels need into one buffer, so that they stay within the
// eight storage bindings every adapter offers.
//   out      [B, Tq, H, Dk] f32 in    forward result
//   d_out    [B, Tq, H, Dk] f32 in    its gradient
//   lse      [B, H, Tq]     f32 in    log-sum-exp of each row's scores
//   key_mask [B, Tk]        u32 in    flag MASK (2), else unused
//   state    [16]           u32 in    HAS_DROPOUT, else unused
//   context  u32 out        lse bits [B, H, Tq]; bits of delta = sum over d of out d_out [B, H, Tq]; allowed keys [B, Tk];
//                           step and seed
// One row or key a lane; delta sums in order of d.
override LANES: u32 = 64;
override HAS_DROPOUT: bool = false;
// include: lib/linear_index.wgsl

struct Params { batch: u32, heads: u32, queries: u32, keys: u32, dk: u32, flags: u32 }

@group(0) @binding(0) var<storage, read> out: array<f32>;
@group(0) @binding(1) var<storage, read> d_out: array<f32>;
@group(0) @binding(2) var<storage, read> lse: array<f32>;
@group(0) @binding(3) var<storage, read> key_mask: array<u32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> context: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn attention_context(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let i = linear_index(group, groups, lane, LANES);
  let rows = params.batch * params.heads * params.queries;
  let allowed = params.batch * params.keys;
  if (i < rows) {
    let pair = i / params.queries;
    let first = (((pair / params.heads) * params.queries + i % params.queries) * params.heads + pair % params.heads) * params.dk;
    var delta = 0.0;
    for (var d = first; d < first + params.dk; d++) { delta += out[d] * d_out[d]; }
    context[i] = bitcast<u32>(lse[i]);
    context[rows + i] = bitcast<u32>(delta);
  }
  if (i < allowed) {
    var is_allowed = 1u;
    if ((params.flags & 2u) != 0u) { is_allowed = key_mask[i]; }
    context[2u * rows + i] = is_allowed;
  }
  if (HAS_DROPOUT && i < 2u) { context[2u * rows + allowed + i] = state[i]; }
}
